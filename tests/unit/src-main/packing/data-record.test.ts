import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import type { DataIdentity } from '../../../../src-main/packing/data-identity.schema'
import {
  dataChanges,
  readDataRecord,
  requireSameData,
  writeDataRecord,
} from '../../../../src-main/packing/data-record'
import { containing } from '../../../support/containing'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

const chats = { source: '/data/chats.jsonl', identity: 'a1', rows: 320 }
const words = { source: 'words.txt', identity: 'b1', rows: 2000 }
const then: DataIdentity = { tokenizer: 't1', train: [chats, words], val: [chats] }

it('is read back as it was written', async () => {
  const dir = temporaryFolder()
  await writeDataRecord(dir, then)
  expect(await readDataRecord(dir)).toEqual(then)
})

it('is null where a run kept none, or where it is no such file', async () => {
  const dir = temporaryFolder()
  expect(await readDataRecord(dir)).toBeNull()
  writeFileSync(join(dir, 'data.json'), '{"format": "midbench-data-1", "tokenizer": 7}')
  expect(await readDataRecord(dir)).toBeNull()
})

it('takes the same data to be the same, wherever it lies', () => {
  const moved = { ...chats, source: '/elsewhere/chats.jsonl' }
  expect(dataChanges(then, { ...then, val: [moved] })).toEqual([])
})

it('names each entry that is not as it was, and the tokenizer', async () => {
  const now: DataIdentity = {
    tokenizer: 't2',
    train: [{ ...chats, identity: 'a2', rows: 321 }],
    val: [{ ...chats, identity: 'a3' }],
  }
  const failure = await failureOf(() => requireSameData(then, now))
  expect(failure.code).toBe('run.data-changed')
  expect(failure.issues).toEqual([
    { path: 'base_dir', message: 'the tokenizer is another one: the same text makes other tokens' },
    { path: 'mixture.train.0', message: '/data/chats.jsonl has 321 conversations; it had 320' },
    { path: 'mixture.train.1', message: 'words.txt is not in the mixture' },
    {
      path: 'mixture.val.0',
      message: '/data/chats.jsonl has other conversations than it had, as many as before',
    },
  ])
  requireSameData(then, structuredClone(then))
})

it('knows another token_bytes.pt; a record of before it was kept claims nothing', () => {
  const now = { ...then, token_bytes: 'l2' }
  expect(dataChanges({ ...then, token_bytes: 'l1' }, now)).toMatchObject([
    { path: 'base_dir', message: containing('token_bytes.pt') },
  ])
  expect(dataChanges(then, now)).toEqual([])
})
