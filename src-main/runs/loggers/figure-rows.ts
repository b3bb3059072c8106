/**
 * A run's figures as loggers get them: rows of names and numbers. The names are the reference's where it has the figure
 * (docs/REFERENCE.md §5, §8), so that charts and comparisons that were made for nanochat's own runs take these too.
 * Every other figure of a step that is drawn is `train/` and its key; one by group or by task has the label behind that.
 *
 * The reference logs every tenth step; here every step is a row. `total_training_flops` of a row at step s counts the
 * tokens of s steps, where the reference's training rows count one step less.
 */
import type { MeasureMetric } from '../../config/aside-metrics.schema'
import type { RunConfig } from '../../config/config.schema'
import type { EvalMetric, StepMetric } from '../../config/run.schema'
import type { TaskValue } from '../../config/figures/figure.schema'
import { FIGURE_ROWS, type FigureKey } from '../../config/step-figures.schema'
import { type MixtureEntry, taskLabel } from '../../data/mixture.schema'

export interface FigureRow {
  kind: 'step' | 'eval' | 'measure'
  step: number
  /** Milliseconds since 1970. */
  at: number
  /** By name; only what is known. */
  figures: Readonly<Record<string, number>>
  /** What the reference puts into every row: how far the run was. */
  totals: Readonly<Record<string, number>>
}

type Named = readonly [name: string, value: number | null]

/** The reference's figures of a step. */
const OF_REFERENCE: Readonly<Record<string, (metric: StepMetric) => number | null>> = {
  'train/loss': ({ loss_ema: average }) => average,
  'train/lrm': ({ lrm }) => lrm,
  'train/dt': ({ dt_ms: ms }) => ms / 1000,
  'train/tok_per_sec': ({ tok_per_sec: rate }) => Math.trunc(rate),
  'train/mfu': ({ mfu }) => mfu,
  'train/epoch': ({ epoch }) => epoch,
}

/** Figures whose name is not `train/` and their key; null where the reference has them, under its own names. */
const OTHER_NAMES: Partial<Record<FigureKey, string | null>> = {
  loss: 'train/step_loss', // `train/loss` is the moving average
  loss_ema: null,
  lrm: null,
  tok_per_sec: null,
}

/** The figures of a step that are drawn, and the names that they are logged under. */
const DRAWN = FIGURE_ROWS.flatMap(([key, { line }]) => {
  const name = OTHER_NAMES[key] === undefined ? `train/${key}` : OTHER_NAMES[key]
  return line === undefined || name === null ? [] : [{ key, name }]
})

/** Makes the rows of one run; steps are given in their order. */
export class FigureRows {
  private readonly train: readonly string[]
  private readonly val: readonly string[]
  /** Seconds of training so far; null where that is not known. */
  private trainingTimeS: number | null

  /**
   * @param flopsPerToken of the model
   * @param startStep steps that the run has made already
   */
  constructor(
    private readonly config: RunConfig,
    private readonly flopsPerToken: number,
    startStep: number,
  ) {
    this.train = labelsOf(config.mixture.train)
    this.val = labelsOf(config.mixture.val)
    this.trainingTimeS = startStep === 0 ? 0 : null
  }

  ofStep(metric: StepMetric): FigureRow {
    this.trainingTimeS = metric.training_time_s
    const reference = Object.entries(OF_REFERENCE).map(([name, of]): Named => [name, of(metric)])
    const ours = DRAWN.flatMap(({ key, name }) => this.parts(name, metric[key]))
    return this.row('step', metric.step, [...reference, ...ours], metric.ended_at)
  }

  ofEval({ step, val_bpb: bpb, per_task: tasks = [] }: EvalMetric): FigureRow {
    const byTask = tasks.map(({ entry, label, val_bpb: one }): Named => [
      `val/bpb_by_task/${this.val[entry] ?? label}`,
      one,
    ])
    return this.row('eval', step, [['val/bpb', bpb], ...byTask])
  }

  ofMeasure({ step, tasks, chatcore, chatcore_cat: categorical }: MeasureMetric): FigureRow {
    const asked = tasks.filter(({ total }) => total > 0)
    return this.row('measure', step, [
      ['chatcore_metric', chatcore],
      ['chatcore_cat', categorical],
      ...asked.map(({ task, right, total }): Named => [`chatcore/${task}`, right / total]),
    ])
  }

  private row(kind: FigureRow['kind'], step: number, named: Named[], at: number | null = null): FigureRow {
    const totals = known([
      ['total_training_flops', this.flopsPerToken * this.config.total_batch_size * step],
      ['total_training_time', this.trainingTimeS],
    ])
    return { kind, step, at: at ?? Date.now(), figures: known(named), totals }
  }

  /** A figure's numbers: one, or one for each group, task or rank. */
  private parts(name: string, value: StepMetric[FigureKey]): Named[] {
    if (typeof value === 'number' || value === null) return [[name, value]]
    if (!Array.isArray(value)) return Object.entries(value).map(([group, one]) => [`${name}/${group}`, one])
    return value.map((one: number | null | TaskValue, rank) =>
      typeof one === 'object' && one !== null
        ? [`${name}/${this.train[one.entry] ?? String(one.entry)}`, one.loss]
        : [`${name}/rank ${String(rank)}`, one],
    )
  }
}

function known(named: readonly Named[]): Record<string, number> {
  const found: Record<string, number> = {}
  for (const [name, value] of named) if (value !== null && Number.isFinite(value)) found[name] = value
  return found
}

/**
 * What each entry of a mixture is called: its label, of a path the last part alone, since a slash parts a name; with its
 * place behind it where another entry is called the same.
 */
function labelsOf(entries: readonly MixtureEntry[]): string[] {
  const labels = entries.map((entry) => taskLabel(entry).replaceAll(/\S*\//g, ''))
  return labels.map((label, entry) =>
    labels.indexOf(label) === labels.lastIndexOf(label) ? label : `${label} (entry ${String(entry)})`,
  )
}
