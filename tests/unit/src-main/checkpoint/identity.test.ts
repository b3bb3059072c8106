import { cpSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { checkpointIdentity } from '../../../../src-main/checkpoint/identity'
import { fileNames, writeModelCheckpoint } from '../../../../src-main/checkpoint/nanochat-files'
import { openStoredZip } from '../../../../src-main/pickle/stored-zip'
import { tinyCheckpoint } from '../../../support/checkpoints'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

async function saved(step: number, seed: number): Promise<string> {
  const dir = temporaryFolder()
  await writeModelCheckpoint(dir, tinyCheckpoint(step, seed))
  return dir
}

test('the same model has the same identity under another step, in another folder and at another time', async () => {
  const [first, later] = [await saved(3, 1), await saved(12, 1)]
  const identity = await checkpointIdentity(first, 3)
  expect(identity).toMatch(/^[0-9a-f]{32}$/)
  expect(await checkpointIdentity(later, 12)).toBe(identity)
  const copy = temporaryFolder()
  cpSync(first, copy, { recursive: true })
  utimesSync(join(copy, fileNames(3).model), 1, 1)
  expect(await checkpointIdentity(copy, 3)).toBe(identity)
})

test('other weights have another, and so has another config', async () => {
  const [one, other] = [await saved(3, 1), await saved(3, 2)]
  const identity = await checkpointIdentity(one, 3)
  expect(await checkpointIdentity(other, 3)).not.toBe(identity)
  const meta = join(one, fileNames(3).meta)
  writeFileSync(meta, readFileSync(meta, 'utf8').replace('"sequence_len": 32', '"sequence_len": 64'))
  expect(await checkpointIdentity(one, 3)).not.toBe(identity)
})

test('without checksums the time of change tells two files of one size apart', async () => {
  const dir = await saved(3, 1)
  const model = join(dir, fileNames(3).model)
  await withoutChecksums(model)
  utimesSync(model, 1, 1)
  const identity = await checkpointIdentity(dir, 3)
  utimesSync(model, 2, 2)
  expect(await checkpointIdentity(dir, 3)).not.toBe(identity)
})

test('a missing and a cut file are refused', async () => {
  const dir = await saved(3, 1)
  expect(await failureOf(() => checkpointIdentity(dir, 4))).toMatchObject({ code: 'checkpoint.missing' })
  const model = join(dir, fileNames(3).model)
  writeFileSync(model, readFileSync(model).subarray(0, 1000))
  expect(await failureOf(() => checkpointIdentity(dir, 3))).toMatchObject({ code: 'zip.refused' })
})

/** Writes 0 for every checksum in the zip's directory, as torch does where it is told to compute none. */
async function withoutChecksums(path: string): Promise<void> {
  const zip = await openStoredZip(path)
  const names = [...zip.entries.keys()]
  await zip.close()
  const bytes = readFileSync(path)
  let at = 0
  for (const name of names) {
    at = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]), at)
    expect(bytes.subarray(at + 46, at + 46 + name.length).toString()).toBe(name)
    bytes.writeUInt32LE(0, at + 16)
    at += 46
  }
  writeFileSync(path, bytes)
}
