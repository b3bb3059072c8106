/**
 * `measure`: a checkpoint's accuracy in the tasks that people compare models by, and ChatCORE. Programs of HumanEval are
 * run only where that task is named.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { loadConfig } from '../config/config'
import { hasTaskData } from '../data/hub/task-data'
import type { DataLocations, TaskContext } from '../data/locations'
import type { MixtureEntry } from '../data/mixture.schema'
import { answeringModel } from '../engine/answering-model'
import { MidbenchError } from '../errors'
import { chatCores, figuresOf, type Measured } from '../evaluation/chatcore'
import { isolationText } from '../evaluation/isolation-text'
import { measure, type Outcome } from '../evaluation/measure'
import { MEASURED_TASKS, type MeasuredTask } from '../evaluation/measured-names.schema'
import { baselineOf, measuredEntry } from '../evaluation/measured-tasks'
import { type Problem, readProblems } from '../evaluation/problems'
import { findJudge, type Judge } from '../evaluation/python-judge'
import { dataCacheDir } from '../native/paths'
import { openChosenTrainer } from '../runs/trainer-host'
import { withTrainer } from '../runs/trainer-job'
import { type AskedCheckpoint, readCheckpoint, stopsOf } from './asked'
import type { Command, CommandIo } from './command'
import { locationsOf, noticeTo, progressTo } from './open-data'
import { optionalCount, optionalString, requiredString, usageError } from './usage'

const usage =
  'measure --checkpoint DIR --tasks A,B,… [--config F] [--max-problems N] [--details F] [--tokenizer DIR] [--dtype float32|bfloat16]'

export const command: Command = {
  name: 'measure',
  summary: `a checkpoint’s accuracy in ${MEASURED_TASKS.join(', ')}, and ChatCORE`,
  usage,
  options: {
    checkpoint: { type: 'string' },
    tasks: { type: 'string' },
    config: { type: 'string' },
    'max-problems': { type: 'string' },
    details: { type: 'string' },
    tokenizer: { type: 'string' },
    dtype: { type: 'string' },
    json: { type: 'boolean' },
  },

  async run(values, io) {
    const tasks = parseTasks(requiredString(values, 'tasks', usage))
    const most = optionalCount(values, 'max-problems')
    const asked = await readCheckpoint(values, usage)
    const { entries, locations } = await dataOf(optionalString(values, 'config'), asked)
    const details = openDetails(optionalString(values, 'details'))
    const context = { ...locations, ...openOptions(io) }
    try {
      // What a task needs is looked for before the first one, which may take hours.
      const judge = tasks.includes('HumanEval') ? await judgeFor(io) : null
      const open = tasks.filter((task) => task !== 'HumanEval' || judge !== null)
      const problems = new Map<MeasuredTask, Problem[]>()
      for (const task of open) {
        problems.set(task, await readProblems(measuredEntry(task, entries), most, context))
      }
      const scores = new Map<MeasuredTask, Measured | null>(tasks.map((task) => [task, null]))
      await withTrainer(openChosenTrainer, async (trainer) => {
        const stop = stopsOf(asked.tokenizer)
        const model = answeringModel(trainer, { ...asked, stop }, io.signal)
        for (const [task, asking] of problems) {
          const outcomes = measure(asking, model, { ...asked, judge, signal: io.signal })
          scores.set(task, await scoreOf(task, outcomes, asking.length, details, io))
        }
      })
      io.stdout(JSON.stringify(summaryOf(scores)))
    } finally {
      details.close()
    }
    return 0
  },
}

async function scoreOf(
  task: MeasuredTask,
  outcomes: AsyncIterable<Outcome>,
  problems: number,
  details: Details,
  io: CommandIo,
): Promise<Measured> {
  const score = { right: 0, total: 0, baseline: baselineOf(task) }
  const report = progressTo(io)
  for await (const outcome of outcomes) {
    score.total++
    if (outcome.right) score.right++
    details.write(task, outcome)
    report({ what: `measuring ${task}`, done: score.total, total: problems, unit: 'problems' })
  }
  return score
}

/** @throws MidbenchError `usage` */
function parseTasks(text: string): MeasuredTask[] {
  const names = new Set(text.split(',').map((name) => name.trim()))
  return Array.from(names, (name) => {
    const task = MEASURED_TASKS.find((each) => each === name)
    if (task !== undefined) return task
    throw usageError(
      `--tasks names ${name}; it takes ${MEASURED_TASKS.join(', ')}, with commas between them.`,
    )
  })
}

/** Where the tasks' data lies: where a config says so, else in the nanochat folder that the checkpoint lies in. */
async function dataOf(
  config: string | null,
  { checkpointDir }: AskedCheckpoint,
): Promise<{ entries: readonly MixtureEntry[]; locations: DataLocations }> {
  if (config !== null) {
    const loaded = await loadConfig(config)
    return { entries: loaded.config.mixture.val, locations: locationsOf(loaded) }
  }
  const baseDir = join(checkpointDir, '..', '..')
  const taskDataFirst = await hasTaskData(baseDir) // the data that today's nanochat keeps beside its checkpoints
  const locations = { baseDir, configDir: process.cwd(), cacheDir: dataCacheDir(), taskDataFirst }
  return { entries: [], locations }
}

function openOptions(io: CommandIo): Omit<TaskContext, keyof DataLocations> {
  return { signal: io.signal, download: true, onProgress: progressTo(io), onDamage: noticeTo(io) }
}

/** Says what programs are kept from. @returns null, said as well, where there is no Python */
async function judgeFor(io: CommandIo): Promise<Judge | null> {
  const judge = await findJudge()
  io.stderr(
    judge === null
      ? 'HumanEval is left out: there is no Python 3 to run its programs with.'
      : `HumanEval runs what the model writes with ${judge.python}: ${isolationText(judge.isolation)}.`,
  )
  return judge
}

interface Details {
  write(task: MeasuredTask, outcome: Outcome): void
  close(): void
}

/** A file with a line of JSON for each problem. @throws MidbenchError `measure.details` where it cannot be written */
function openDetails(path: string | null): Details {
  if (path === null) return { write: () => undefined, close: () => undefined }
  const file = resolve(path)
  try {
    const handle = openSync(file, 'w')
    return {
      write: (task, outcome) => void writeSync(handle, `${JSON.stringify({ task, ...outcome })}\n`),
      close: () => {
        closeSync(handle)
      },
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `${file} cannot be written: ${reason}.`
    throw new MidbenchError({ code: 'measure.details', message, remedy: 'Name another file.' }, { cause })
  }
}

function summaryOf(scores: ReadonlyMap<MeasuredTask, Measured | null>): object {
  const tasks = Array.from(scores, ([task, score]) => [task, score && figuresOf(score)] as const)
  const asked = Array.from(
    scores,
    ([task, score]) => score ?? { right: 0, total: 0, baseline: baselineOf(task) },
  )
  return { tasks: Object.fromEntries(tasks), ...chatCores(asked) }
}
