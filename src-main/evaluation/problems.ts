/**
 * The problems of a measured task, in the order of the task's rows: the conversation whose last message is the right
 * answer, and what judges another answer. Rows of parquet files are read anew each time, since they hold what a stored
 * conversation does not (letters, tests); that takes some 10 µs a row.
 */
import type { Conversation } from '../data/conversation.schema'
import { datasetFiles } from '../data/hub/dataset-files'
import type { TaskContext } from '../data/locations'
import { kindOf, namedFiles, type MixtureEntry } from '../data/mixture.schema'
import { numpyPermutation } from '../data/random/numpy-permutation'
import { openTask } from '../data/sources/open-task'
import { convertedRows } from '../data/sources/parquet'
import type { Graded, ParquetSource, ProgramTest } from '../data/tasks/task-kind'
import { hasRightNumber } from './final-answer'

export type Problem = { conversation: Conversation } & (
  { by: 'letter'; letters: readonly string[] } | { by: 'number' } | { by: 'program'; test: ProgramTest }
)

/**
 * @param most problems that are wanted; null = all
 * @returns the first problems of the task
 * @throws MidbenchError as opening the task does; RangeError for a task without right answers
 */
export async function readProblems(
  entry: MixtureEntry,
  most: number | null,
  context: TaskContext,
): Promise<Problem[]> {
  const kind = kindOf(entry)
  if (kind.graded === undefined) throw new RangeError(`${entry.task} has no right answers`)
  const source = kind.source(entry)
  const problems =
    source.from === 'parquet'
      ? await parquetProblems(entry, source, kind.graded, context)
      : await storedProblems(entry, context)
  return most === null ? problems : problems.slice(0, most)
}

async function parquetProblems(
  entry: MixtureEntry,
  source: ParquetSource,
  graded: Graded,
  context: TaskContext,
): Promise<Problem[]> {
  const { files } = await datasetFiles(source.dataset, namedFiles(entry), context)
  const problems: Problem[] = []
  const convert = (row: unknown): Problem => problemOf(source.convert(row), graded, row)
  for await (const problem of convertedRows(source, files, context, convert)) problems.push(problem)
  return Array.from(numpyPermutation(42, problems.length), (row) => problems[row]).filter(
    (problem) => problem !== undefined,
  )
}

function problemOf(conversation: Conversation, graded: Graded, row: unknown): Problem {
  if (graded.by === 'letter') return { conversation, by: 'letter', letters: graded.letters(row) }
  if (graded.by === 'program') return { conversation, by: 'program', test: graded.test(row) }
  return { conversation, by: 'number' }
}

/** Problems of generated rows, whose conversations are all that judging needs. */
async function storedProblems(entry: MixtureEntry, context: TaskContext): Promise<Problem[]> {
  const task = await openTask(entry, context)
  try {
    const problems: Problem[] = []
    for (let row = 0; row < task.rows; row++) {
      problems.push({ conversation: await task.conversation(row), by: 'number' })
    }
    return problems
  } finally {
    task.close()
  }
}

/**
 * Whether an answer in words is right: the letter itself, or a text that ends with the right number.
 * @throws RangeError for a program, which has to be run
 */
export function isRight(problem: Problem, answer: string): boolean {
  if (problem.by === 'number') return hasRightNumber(problem.conversation, answer)
  if (problem.by === 'letter') return answer === problem.conversation.messages.at(-1)?.content
  throw new RangeError('a program is judged by running it')
}
