/**
 * HumanEval: heads of Python functions from openai/openai_humaneval, to be written to their end (docs/REFERENCE.md §9). It
 * has a test split only: it is there to measure with.
 */
import { z } from 'zod'
import type { Conversation } from '../conversation.schema'
import { dataFiles, slice } from '../entry.schema'
import { parseRow } from './row-fault'
import { HUB_FILES, type ProgramTest, type TaskKind } from './task-kind'

const entry = z.strictObject({
  task: z.literal('HumanEval'),
  split: z.enum(['test']).default('test'),
  ...slice,
  ...dataFiles,
})

const row = z.object({
  prompt: z.string(),
  canonical_solution: z.string(),
  entry_point: z.string(),
  test: z.string(),
})

export const humanEval: TaskKind<typeof entry> = {
  entry,
  title: 'HumanEval',
  about: 'Python functions to complete; a test set',
  fresh: { train: { task: 'HumanEval', split: 'test' }, val: { task: 'HumanEval', split: 'test' } },
  splits: entry.shape.split.unwrap().options,
  files: HUB_FILES,
  python: { parameters: [] },
  graded: { by: 'program', test: testOf },
  source: ({ split }) => ({
    from: 'parquet',
    dataset: { repo: 'openai/openai_humaneval', folder: 'openai_humaneval', split },
    form: 'HumanEval',
    columns: ['prompt', 'canonical_solution', 'entry_point', 'test'],
    convert: convertHumanEval,
  }),
}

/** @throws RowFault */
export function convertHumanEval(value: unknown): Conversation {
  const { prompt, canonical_solution } = parseRow(row, value)
  return {
    messages: [
      { role: 'user', content: prompt },
      { role: 'assistant', content: `${prompt}\n${canonical_solution}` },
    ],
  }
}

function testOf(value: unknown): ProgramTest {
  const { test, entry_point } = parseRow(row, value)
  return { test, entryPoint: entry_point }
}
