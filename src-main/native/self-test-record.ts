/**
 * The self-test's finding whether an Electron build can hold a TensorFlow build. The cache folder has a file for each
 * pair, so another version of either is tested again. An unreadable record counts as none.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import * as z from 'zod'

import { makeFile } from '../files/durable'
import { findTensorflow } from './installation'
import { cacheDir } from './paths'

const selfTestRecord = z.strictObject({
  passed: z.boolean(),
  /** One sentence: what was done, or where it failed. */
  reason: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** The program that passed in a separate process; null where none was tried, or none passed. */
  program: z.strictObject({ name: z.string(), executable: z.string() }).nullable(),
})

export type SelfTestRecord = z.infer<typeof selfTestRecord>

/** @param electron version of Electron */
export function readSelfTest(electron: string): SelfTestRecord | null {
  try {
    return selfTestRecord.parse(JSON.parse(readFileSync(recordFile(electron), 'utf8')))
  } catch {
    return null // not tested, or not by this version of Midbench, so it is tested again
  }
}

/** Stores the finding. Where the cache cannot be written, the next start tests again. */
export async function writeSelfTest(electron: string, record: SelfTestRecord): Promise<void> {
  await makeFile(recordFile(electron), `${JSON.stringify(record, null, 2)}\n`).catch(() => undefined)
}

/** @throws MidbenchError where TensorFlow is not installed */
function recordFile(electron: string): string {
  const { variant, version, bindingDirectory } = findTensorflow()
  const binding = bindingDirectory.split('-').at(-1) ?? ''
  return join(
    cacheDir(),
    'self-tests',
    `electron-${electron}-tensorflow-${variant}-${version}-${binding}.json`,
  )
}
