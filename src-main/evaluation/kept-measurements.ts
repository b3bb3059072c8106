/**
 * Where measurements are kept, and how they are written and found again.
 *
 * Those of a checkpoint lie in the person's data, in `measurements/<identity>/`: the identity is of what the files hold
 * (checkpoint/identity.ts), so that a checkpoint that was moved, copied or written as a run's result keeps its numbers,
 * and another one under the same name does not get them. Those that a run makes of its weights on the way lie with the
 * run, in `measurements/step_000100/`, and go where it goes.
 *
 * Either folder holds `model.json`, and for each task and type of matrix products a score (`GSM8K.float32.json`, replaced
 * as a whole) and its questions (`GSM8K.float32.jsonl`, question-log.ts).
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { z } from 'zod'

import { makeFile } from '../files/durable'
import { parsedOrNull } from '../files/json-text'
import { readTextFile } from '../files/text-file'
import type { Outcome } from './measure'
import type { MeasuredTask } from './measured-names.schema'
import { baselineOf } from './measured-tasks'
import {
  type Isolation,
  type MeasuredDtype,
  measuredModel,
  type MeasuredModel,
  type MeasuredQuestion,
  measuredScore,
  type MeasuredScore,
} from './measurements.schema'
import type { Problem } from './problems'
import { QuestionLog, readQuestions } from './question-log'

const FOLDER = 'measurements'
const MODEL_FILE = 'model.json'

/** Where the measurements of a checkpoint lie. */
export function checkpointMeasurements(dataDir: string, identity: string): string {
  return join(dataDir, FOLDER, identity)
}

/** Where the measurements lie that a run makes at a step. */
export function runMeasurements(runDir: string, step: number): string {
  return join(runDir, FOLDER, `step_${String(step).padStart(6, '0')}`)
}

/** By the numbers in names: step_1000000 comes after step_999999. */
const { compare: inOrder } = new Intl.Collator('en', { numeric: true })

/** The folders of all measurements of checkpoints, or of those of a run, which are in the order of their steps. */
export async function listMeasurements(dir: string): Promise<string[]> {
  const names = await readdir(join(dir, FOLDER)).catch((): string[] => [])
  return names.sort(inOrder).map((name) => join(dir, FOLDER, name))
}

/** What is kept in a folder of measurements. */
export interface KeptMeasurements {
  model: MeasuredModel
  scores: MeasuredScore[]
}

/**
 * Reads the scores in a folder. Where a score's measuring was killed, its questions are counted, which takes a moment.
 *
 * @returns null where the folder holds no measurements, or has just been deleted with its run
 */
export async function readMeasurements(folder: string): Promise<KeptMeasurements | null> {
  const names = await readdir(folder).catch((): string[] => [])
  const model = await readKept(join(folder, MODEL_FILE), measuredModel)
  if (model === null) return null
  const scores: MeasuredScore[] = []
  for (const name of names.sort()) {
    if (!name.endsWith('.json') || name === MODEL_FILE) continue
    const score = await readKept(join(folder, name), measuredScore)
    if (score === null) continue
    scores.push(score.ended_at === null ? await counted(folder, score) : score)
  }
  return { model, scores }
}

/** What became of each question of a task, by row; none where it was not measured. */
export async function keptQuestions(
  folder: string,
  { task, dtype }: { task: MeasuredTask; dtype: MeasuredDtype },
): Promise<Map<number, MeasuredQuestion>> {
  const questions = new Map<number, MeasuredQuestion>()
  for await (const question of readQuestions(questionsFile(folder, task, dtype))) {
    questions.set(question.row, question)
  }
  return questions
}

/** Who is measured, by what, and how. */
export interface Keeping {
  model: MeasuredModel
  task: MeasuredTask
  dtype: MeasuredDtype
  /** TensorFlow's version. */
  tensorflow: string
  /** null where no programs are run. */
  isolation: Isolation | null
  /** Whether to forget what was kept before, since the model may be another one. @default false */
  anew?: boolean
}

/**
 * A task's measuring that is being written. What was kept before of the same questions is known; where the data holds
 * other questions by now, all of it is forgotten.
 */
export class KeptTask {
  /** Rows that are answered, and how many of them are right. */
  private readonly answered = new Set<number>()
  private right = 0
  private readonly since = Date.now()

  private constructor(
    private readonly folder: string,
    private readonly keeping: Keeping,
    private readonly problems: readonly Problem[],
    private readonly before: MeasuredScore | null,
    private readonly log: QuestionLog,
  ) {}

  /**
   * @param problems the questions that are wanted, the task's first ones
   * @throws MidbenchError `measurements.write`; what writing a file throws
   */
  static async open(folder: string, keeping: Keeping, problems: readonly Problem[]): Promise<KeptTask> {
    const { task, dtype, anew = false } = keeping
    const log = await QuestionLog.open(questionsFile(folder, task, dtype))
    try {
      const known = anew ? new Map<number, MeasuredQuestion>() : await keptQuestions(folder, keeping)
      const holds = !anew && [...known.values()].every((question) => asksTheSame(question, problems))
      if (!holds) await log.clear()
      const before = holds ? await readKept(scoreFile(folder, task, dtype), measuredScore) : null
      const kept = new KeptTask(folder, keeping, problems, before, log)
      if (holds) for (const question of known.values()) kept.count(question)
      await makeFile(join(folder, MODEL_FILE), jsonText(keeping.model))
      await kept.writeScore(null)
      return kept
    } catch (error) {
      await log.close()
      throw error
    }
  }

  /** Rows whose outcomes are kept already. */
  get done(): ReadonlySet<number> {
    return new Set(this.answered)
  }

  /** How it stands. */
  score(): MeasuredScore {
    return this.scoreAt(null)
  }

  /** @throws MidbenchError `measurements.write` */
  async add({ row, right, answer, logits, completion }: Outcome): Promise<void> {
    const problem = this.problems[row]
    if (problem === undefined) throw new RangeError(`there is no question ${String(row)}`)
    const { conversation } = problem
    const letters = problem.by === 'letter' ? { letters: [...problem.letters] } : {}
    const given = { ...(logits && { logits }), ...(completion !== undefined && { completion }) }
    await this.log.append({ row, right, answer, conversation, ...letters, ...given })
    this.count({ row, right })
  }

  /** Ends this sitting: by its end, a stop or a failure. @throws MidbenchError `measurements.write` */
  async close(): Promise<MeasuredScore> {
    await this.log.close()
    return this.writeScore(Date.now())
  }

  private count({ row, right }: Pick<MeasuredQuestion, 'row' | 'right'>): void {
    this.answered.add(row)
    if (right) this.right++
  }

  private async writeScore(endedAt: number | null): Promise<MeasuredScore> {
    const { task, dtype } = this.keeping
    const score = this.scoreAt(endedAt)
    await makeFile(scoreFile(this.folder, task, dtype), jsonText(score))
    return score
  }

  private scoreAt(endedAt: number | null): MeasuredScore {
    const { task, dtype, tensorflow, isolation } = this.keeping
    return {
      task,
      dtype,
      right: this.right,
      total: this.answered.size,
      problems: Math.max(this.problems.length, this.before?.problems ?? 0),
      baseline: baselineOf(task),
      begun_at: this.before?.begun_at ?? this.since,
      ended_at: endedAt,
      seconds: (this.before?.seconds ?? 0) + (Date.now() - this.since) / 1000,
      tensorflow,
      isolation,
    }
  }
}

/** Questions beyond those that are wanted now are taken as they are. */
function asksTheSame({ row, conversation }: MeasuredQuestion, problems: readonly Problem[]): boolean {
  const problem = problems[row]
  return problem === undefined || JSON.stringify(problem.conversation) === JSON.stringify(conversation)
}

async function counted(folder: string, score: MeasuredScore): Promise<MeasuredScore> {
  const outcomes = [...(await keptQuestions(folder, score)).values()]
  return { ...score, right: outcomes.filter(({ right }) => right).length, total: outcomes.length }
}

function scoreFile(folder: string, task: MeasuredTask, dtype: MeasuredDtype): string {
  return join(folder, `${task}.${dtype}.json`)
}

/** The file of a task's questions; it grows while the task is measured. */
export function questionsFile(folder: string, task: MeasuredTask, dtype: MeasuredDtype): string {
  return join(folder, `${task}.${dtype}.jsonl`)
}

/** null where there is no such file, or one that is none of ours. */
async function readKept<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readTextFile(path).catch(() => '')
  return schema.safeParse(parsedOrNull(text)).data ?? null
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
