/**
 * Measures a run's model as it is by the run's tasks, at some steps. What becomes of each question is kept with the run
 * (evaluation/kept-measurements.ts), so a measuring that is paused or stopped goes on where it was. A task that cannot be
 * measured is said once and left out.
 */
import { chatCores, figuresOf } from '../../evaluation/chatcore'
import { runMeasurements } from '../../evaluation/kept-measurements'
import { measureTask, type TaskData } from '../../evaluation/measure-task'
import type { MeasuredTask } from '../../evaluation/measured-names.schema'
import { baselineOf } from '../../evaluation/measured-tasks'
import type { Tokenizer } from '../../tokenizer/tokenizer'
import type { MeasureMetric, TaskScore } from '../../config/aside-metrics.schema'
import type { GenerationSession } from '../generation/generation-session'
import type { Aside } from '../loop-options'
import { padStep } from '../metrics'
import { type AsideContext, askedAside, failureText } from './asking'
import type { CurrentModel } from './current-model'
import { sessionModel } from '../generation/session-model'

export interface MeasurerOptions {
  /** Steps between two; null = only at the end. */
  every: number | null
  tasks: readonly MeasuredTask[]
  /** Problems of each task; null = all. */
  most: number | null
  data: TaskData
  runId: string
  runDir: string
}

export class Measurer implements Aside {
  readonly doneAt = 'measuredAt'
  readonly every: number | null
  /** What was said of tasks that could not be measured. */
  private readonly said = new Map<MeasuredTask, string>()

  constructor(
    private readonly options: MeasurerOptions,
    private readonly tokenizer: Tokenizer,
    private readonly model: CurrentModel,
    private readonly context: AsideContext,
  ) {
    this.every = options.every
  }

  run(step: number): Promise<boolean> {
    const { reporter } = this.context
    return askedAside(this.context, 'The model is not measured', async (signal) => {
      const started = performance.now()
      const scores = await this.model.ask((session) => this.scores(session, step, signal))
      const seconds = (performance.now() - started) / 1000
      const tasks = scores.filter(({ total }) => total > 0)
      if (tasks.length === 0) return
      const metric = { step, seconds, tasks, ...chatCores(scores) }
      reporter.report({ type: 'measure', metric })
      reporter.log('info', measureLine(metric))
    })
  }

  /** One for each task; of one that cannot be measured, without a question. */
  private async scores(session: GenerationSession, step: number, signal: AbortSignal): Promise<TaskScore[]> {
    const scores: TaskScore[] = []
    for (const task of this.options.tasks) {
      try {
        scores.push(await this.score(task, session, step, signal))
      } catch (error) {
        signal.throwIfAborted()
        this.say(task, failureText(`${task} is not measured`, error))
        scores.push({ task, right: 0, total: 0, baseline: baselineOf(task) })
      }
    }
    return scores
  }

  private async score(
    task: MeasuredTask,
    session: GenerationSession,
    step: number,
    signal: AbortSignal,
  ): Promise<TaskScore> {
    const { tokenizer, options, context } = this
    const { data, most, runId, runDir } = options
    const model = { identity: null, dir: null, step, runId }
    const measuring = {
      ...{ task, data, most, tokenizer },
      programs: true, // whoever names HumanEval among a run's tasks asks for that
      folder: runMeasurements(runDir, step),
      keeping: { model, ...this.model.computedWith },
      onScore: ({ total, problems }: { total: number; problems: number }) => {
        context.progress({ what: `measuring ${task}`, done: total, total: problems, unit: 'problems' })
      },
    }
    const by = { signal, onProgress: context.progress }
    const { right, total, baseline } = await measureTask(
      measuring,
      sessionModel(session, tokenizer, signal),
      by,
    )
    return { task, right, total, baseline }
  }

  /** Says once what is the matter with a task. */
  private say(task: MeasuredTask, text: string): void {
    if (this.said.get(task) !== text) this.context.reporter.warn(text)
    this.said.set(task, text)
  }
}

function measureLine({ step, tasks, chatcore }: MeasureMetric): string {
  const percent = (share: number): string => (100 * share).toFixed(1)
  const scores = tasks.map((score) => {
    const { right, total, accuracy, low, high } = figuresOf(score)
    const figures = accuracy === null ? '' : ` = ${percent(accuracy)}% (${percent(low)} to ${percent(high)})`
    return `${score.task}: ${String(right)}/${String(total)}${figures}`
  })
  const core = chatcore === null ? [] : [`ChatCORE: ${chatcore.toFixed(4)}`]
  return [`Step ${padStep(step)}`, ...scores, ...core].join(' | ')
}
