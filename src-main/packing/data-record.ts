/**
 * What a run was trained on, kept in its folder as `data.json`: the identity of every dataset and of the tokenizer.
 * With it, a batch of an old run is shown as it was, or the window says what has changed since; and a run resumes only
 * with its own data. A run from before 25 November 2026 has no such file, and nothing is claimed about its data.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFile } from '../files/durable'
import type { SplitName } from '../data/mixture.schema'
import { MidbenchError, type Issue } from '../errors'
import { dataIdentity, type DataIdentity } from './data-identity.schema'

const dataRecord = dataIdentity.extend({ format: z.literal('midbench-data-1') })

const SPLITS: readonly SplitName[] = ['train', 'val']
const fileOf = (runDir: string): string => join(runDir, 'data.json')

/** Stores what a run is trained on; it is on disk when this resolves. */
export async function writeDataRecord(runDir: string, identity: DataIdentity): Promise<void> {
  const record: z.infer<typeof dataRecord> = { format: 'midbench-data-1', ...identity }
  await makeFile(fileOf(runDir), `${JSON.stringify(record, null, 2)}\n`)
}

/** What a run was trained on; null where that was not stored, or cannot be read. */
export async function readDataRecord(runDir: string): Promise<DataIdentity | null> {
  const text = await readFile(fileOf(runDir), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const { format: _, ...identity } = dataRecord.parse(JSON.parse(text))
    return identity
  } catch {
    return null
  }
}

/** What has changed, one issue for each entry of the mixture; empty where nothing has. */
export function dataChanges(then: DataIdentity, now: DataIdentity): Issue[] {
  const changed = SPLITS.flatMap((split) =>
    then[split].flatMap((before, index): Issue[] => {
      const after = now[split][index]
      if (after?.identity === before.identity) return []
      return [{ path: `mixture.${split}.${String(index)}`, message: changeOf(before, after) }]
    }),
  )
  return [...tokenizerChanges(then, now), ...changed]
}

function tokenizerChanges(then: DataIdentity, now: DataIdentity): Issue[] {
  if (then.tokenizer !== now.tokenizer)
    return [{ path: 'base_dir', message: 'the tokenizer is another one: the same text makes other tokens' }]
  if (then.token_bytes === undefined || then.token_bytes === now.token_bytes) return []
  const message = 'the tokenizer’s token_bytes.pt is another one: bits per byte would be counted otherwise'
  return [{ path: 'base_dir', message }]
}

/** @throws MidbenchError `run.data-changed` naming every entry that has changed */
export function requireSameData(then: DataIdentity, now: DataIdentity): void {
  const issues = dataChanges(then, now)
  if (issues.length === 0) return
  throw new MidbenchError({
    code: 'run.data-changed',
    message: 'The run’s data has changed since it began, so that its batches would be others.',
    remedy:
      'Put back what has changed, and try again; or branch off the run, which goes on with the data as it is now.',
    issues,
  })
}

type Dataset = DataIdentity['train'][number]

function changeOf(before: Dataset, after: Dataset | undefined): string {
  if (after === undefined) return `${before.source} is not in the mixture`
  const where =
    after.source === before.source ? before.source : `${after.source}, in place of ${before.source},`
  if (after.rows === before.rows) return `${where} has other conversations than it had, as many as before`
  return `${where} has ${String(after.rows)} conversations; it had ${String(before.rows)}`
}
