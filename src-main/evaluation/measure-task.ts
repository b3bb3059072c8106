/**
 * Measures a task from its name: finds its data, opens what runs programs where it needs that, and keeps what becomes of
 * each question. Downloads nothing.
 */
import type { DataLocations, TaskContext } from '../data/locations'
import type { MixtureEntry } from '../data/mixture.schema'
import { MidbenchError } from '../errors'
import { warnOfDamage } from '../files/checksum'
import type { Tokenizer } from '../tokenizer/tokenizer'
import type { AnsweringModel } from './measure'
import { measureKept } from './measure-kept'
import type { MeasuredTask } from './measured-names.schema'
import { measuredEntry } from './measured-tasks'
import type { Keeping } from './kept-measurements'
import type { MeasuredScore } from './measurements.schema'
import { readProblems } from './problems'
import { findJudge, type Judge } from './python-judge'

/** Where the data of tasks lies. */
export interface TaskData extends DataLocations {
  /** Entries whose local files of the same rows are read in place of the hub's. */
  entries: readonly MixtureEntry[]
}

export interface TaskMeasuring {
  task: MeasuredTask
  data: TaskData
  /** The most questions that are asked, the task's first ones; null = all. */
  most: number | null
  /** Whether programs that the model writes may be run. */
  programs: boolean
  tokenizer: Tokenizer
  /** Where it is kept. */
  folder: string
  keeping: Omit<Keeping, 'task' | 'isolation'>
  onScore: (score: MeasuredScore) => void
}

/**
 * @throws MidbenchError `data.missing` where its data is not here; `measure.judge`, `measure.no-python`,
 *   `measure.letter`, `measurements.write`; what the model throws
 */
export async function measureTask(
  { task, data, most, programs, tokenizer, folder, keeping, onScore }: TaskMeasuring,
  model: AnsweringModel,
  { signal, onProgress }: Pick<TaskContext, 'signal' | 'onProgress'>,
): Promise<MeasuredScore> {
  const judge = task === 'HumanEval' && programs ? await requireJudge() : null
  const context = { ...data, signal, onProgress, onDamage: warnOfDamage, download: false }
  const problems = await readProblems(measuredEntry(task, data.entries), most, context)
  return measureKept(problems, model, {
    tokenizer,
    judge,
    signal,
    folder,
    keeping: { ...keeping, task, isolation: judge?.isolation ?? null },
    onScore,
  })
}

async function requireJudge(): Promise<Judge> {
  const judge = await findJudge()
  if (judge !== null) return judge
  throw new MidbenchError({
    code: 'measure.no-python',
    message: 'HumanEval needs Python 3 to run programs with, and there is none.',
    remedy: 'Install python3, or leave out HumanEval.',
  })
}
