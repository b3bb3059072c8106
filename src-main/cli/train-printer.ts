/** What `train` prints while it runs: a JSON line an event, or the log with a progress bar under it. */
import type { MeasureMetric, SampleMetric } from '../config/aside-metrics.schema'
import { figuresOf } from '../evaluation/chatcore'
import type { EvalMetric, RunSummary, StepMetric } from '../config/run.schema'
import { FIGURE_ROWS } from '../config/step-figures.schema'
import type { RunEvent, RunMetrics } from '../runs/run-events'
import type { CommandIo } from './command'
import { type BarStream, ProgressBar } from './progress-bar'
import { LogPrinter } from './log-printer'

export interface TrainPrinter {
  event(event: RunEvent): void
  /** Called when the run has come to rest; prints where it lies. */
  end(run: RunSummary): void
}

/** One JSON object a line on stdout; only warnings and errors go to stderr. `done` names the result; null where there is none. */
export class JsonPrinter implements TrainPrinter {
  private result: string | null = null
  private hash: { step: number; sha256: string } | null = null
  private readonly log: LogPrinter

  constructor(private readonly io: CommandIo) {
    this.log = new LogPrinter(({ level, text }) => {
      if (level !== 'info') this.io.stderr(text)
    })
  }

  event(event: RunEvent): void {
    this.log.before(event)
    if (event.type === 'hash') this.hash = event
    if (event.type === 'checkpoint') {
      this.print({ event: 'checkpoint', step: event.step, dir: event.dir, ...this.hashOf(event.step) })
      if (event.result) this.result = event.dir
    }
    if (event.type !== 'metrics') return
    for (const [, json] of inOrder(event.metrics)) this.print(json)
    this.log.print(event.metrics.log)
  }

  end(run: RunSummary): void {
    const where = { run_dir: run.dir, checkpoint_dir: this.result }
    this.print({ event: 'done', steps: run.step, ...where, ...this.hashOf(run.step) })
  }

  /** Of parameters and optimizer state after a step; nothing where there is one rank, which nobody compares. */
  private hashOf(step: number): { state_sha256?: string } {
    return this.hash?.step === step ? { state_sha256: this.hash.sha256 } : {}
  }

  private print(value: object): void {
    this.io.stdout(JSON.stringify(value))
  }
}

function stepJson(metric: StepMetric): object {
  const printed = FIGURE_ROWS.filter(([, figure]) => figure.printed)
    .map(([key]) => key)
    .filter((key) => key !== 'loss_by_rank' || metric[key] !== null)
  return { event: 'step', ...Object.fromEntries(printed.map((key): [string, unknown] => [key, metric[key]])) }
}

function evalJson({ step, val_bpb }: EvalMetric): object {
  return { event: 'eval', step, val_bpb }
}

function sampleJson({ step, answers }: SampleMetric): object {
  return { event: 'sample', step, answers }
}

function measureJson({ step, tasks, chatcore, chatcore_cat }: MeasureMetric): object {
  const scores = tasks.map((score) => [score.task, figuresOf(score)] as const)
  return { event: 'measure', step, tasks: Object.fromEntries(scores), chatcore, chatcore_cat }
}

/** Everything by step, as JSON: what was made at step s comes after step s. */
function inOrder({ steps, evals, samples, measures }: RunMetrics): (readonly [step: number, json: object])[] {
  const of = <Metric extends { step: number }>(metrics: Metric[], json: (metric: Metric) => object) =>
    metrics.map((metric) => [metric.step, json(metric)] as const)
  const asked = [...of(samples, sampleJson), ...of(measures, measureJson)]
  return [...of(steps, stepJson), ...of(evals, evalJson), ...asked].sort(([a], [b]) => a - b) // stable: at one step the order is the loop's
}

/** The log on stderr, with a progress bar under it where stderr is a terminal, and the run's folders on stdout. */
export class TextPrinter implements TrainPrinter {
  private readonly bar: ProgressBar
  private totalSteps: number | null = null
  private last: StepMetric | undefined
  private checkpoint: string | null = null
  private readonly log: LogPrinter

  constructor(
    private readonly io: CommandIo,
    stream: BarStream,
  ) {
    this.bar = new ProgressBar(stream)
    this.log = new LogPrinter(({ level, text }) => {
      this.bar.clear()
      this.io.stderr(level === 'info' ? text : `${level}: ${text}`)
    })
  }

  event(event: RunEvent): void {
    this.log.before(event)
    if (event.type === 'changed') this.totalSteps = event.run.total_steps
    else if (event.type === 'checkpoint') this.checkpoint = event.dir
    else if (event.type === 'metrics') this.metrics(event.metrics)
    else if (event.type === 'progress') this.bar.show(event)
  }

  end(run: RunSummary): void {
    this.bar.clear()
    this.io.stdout(`Run: ${run.dir}`)
    if (this.checkpoint !== null) this.io.stdout(`Checkpoint: ${this.checkpoint}`)
    if (run.state !== 'done') this.io.stdout(`Stopped after step ${String(run.step)}; go on with --resume.`)
  }

  private metrics(metrics: RunMetrics): void {
    this.bar.clear()
    this.log.print(metrics.log)
    this.last = metrics.steps.at(-1) ?? this.last
    if (this.last !== undefined)
      this.bar.draw(this.last.progress, this.caption(this.last, metrics.seconds_left))
  }

  private caption({ step, loss_ema, tok_per_sec }: StepMetric, secondsLeft: number | null): string {
    const of = this.totalSteps === null ? '' : `/${String(this.totalSteps)}`
    const speed = `${Math.round(tok_per_sec).toLocaleString('en-US')} tok/s`
    const left = secondsLeft === null ? '' : `, ${duration(secondsLeft)} left`
    return `step ${String(step)}${of}, loss ${loss_ema?.toFixed(3) ?? 'not known'}, ${speed}${left}`
  }
}

/** `1:05` or `2:03:05` */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const rest = `${hours > 0 ? two(minutes) : String(minutes)}:${two(whole % 60)}`
  return hours > 0 ? `${String(hours)}:${rest}` : rest
}
