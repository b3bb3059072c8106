import { expect, it } from 'vitest'
import { readPythonMixture } from '../../../../../src-main/data/exchange/read-python'
import { writePythonMixture } from '../../../../../src-main/data/exchange/write-python'
import { mixtureEntry, namedFiles, taskLabel } from '../../../../../src-main/data/mixture.schema'
import { looksLikeDataset } from '../../../../../src-main/data/source-name.schema'
import { failureOf } from '../../../../support/failure'

const entry = mixtureEntry.parse({ task: 'Conversations', source: ['/a/b.jsonl', '/a/c.jsonl'], stop: 5 })

it('has a label and the files that it names', () => {
  expect(taskLabel(entry)).toBe('Conversations /a/b.jsonl /a/c.jsonl')
  expect(namedFiles(entry)).toEqual(['/a/b.jsonl', '/a/c.jsonl'])
})

it.each([
  ['no source', { source: undefined }],
  ['an empty list', { source: [] }],
  ['an unknown format', { format: 'csv' }],
  ['an unknown column', { columns: { question: 'q' } }],
  ['another way with bad rows', { on_bad: 'mend' }],
])('is refused with %s', (_, change) => {
  expect(mixtureEntry.safeParse({ ...entry, ...change }).success).toBe(false)
})

it('has no counterpart in the reference’s Python, which is said in words', async () => {
  const failure = await failureOf(() => writePythonMixture({ train: [entry], val: [] }, '/base'))
  expect(failure.code).toBe('mixture.no-python')
  expect(failure.message).toContain('mixture.train.0.source: nanochat has no task Conversations')
  const script = 'train_dataset = TaskMixture([Conversations(source="a.jsonl")])'
  const unread = await failureOf(() => readPythonMixture(script, '/base', 'x.py'))
  expect(unread.message).toContain('Conversations is no task that Midbench has')
})

it.each([
  ['HuggingFaceH4/ultrachat_200k', true],
  ['data/chats', true],
  ['./data/chats', false],
  ['chats', false],
  ['a/b/c', false],
  ['data/a.jsonl', false],
  ['data/a.jsonl.zst', false],
  ['/data', false],
  ['~/data', false],
  ['data/*', false],
])('%s may be a data set: %s', (source, may) => {
  expect(looksLikeDataset(source)).toBe(may)
})
