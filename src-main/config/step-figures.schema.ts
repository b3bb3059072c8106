/**
 * The figures of an optimizer step, one row each: the only place that lists them. A row gives the key and shape of the
 * step's record, its column in the run store, whether `train --json` prints it, and its line in a chart.
 *
 * The order is that of the printed keys and of the charts. A figure that was added later is null in older runs; older
 * stores get its column when they are opened (runs/store-database.ts).
 */
import { z } from 'zod'

import { byRank, oneNumber, type FigureChart, type StepFigure } from './figures/figure.schema'
import { gradNormByGroup } from './figures/grad-norm-by-group.schema'
import { gradNorm } from './figures/grad-norm.schema'
import { lossByTask } from './figures/loss-by-task.schema'
import { updateNorm } from './figures/update-norm.schema'

const lossChart: FigureChart = {
  title: 'Loss',
  unit: 'nats a token',
  place: 'large',
  digits: 'four',
}
const scheduleChart: FigureChart = { title: 'lr, momentum', place: 'small', digits: 'two', yMin: 0, yMax: 1 }
const speedChart: FigureChart = { title: 'Speed', unit: 'tokens/s', place: 'small', digits: 'short', yMin: 0 }
const waitChart: FigureChart = {
  title: 'Data wait',
  unit: 'ms a step',
  place: 'small',
  digits: 'short',
  yMin: 0,
}
const rankChart: FigureChart = {
  title: 'Loss by rank',
  unit: 'nats',
  place: 'small',
  digits: 'four',
}
const memoryChart: FigureChart = {
  title: 'Memory',
  unit: 'resident',
  place: 'small',
  digits: 'bytes',
  yMin: 0,
}

export const STEP_FIGURES = {
  /** Counts from 1. */
  step: { schema: z.int(), printed: true },
  /** Mean over the step's micro-batches that have targets, nats a token; null where none has. */
  loss: {
    schema: oneNumber,
    printed: true,
    line: { chart: lossChart, label: 'raw', tone: 'faint', compared: 'nats a token' },
  },
  /** Loss of the step's last micro-batch, as the seed logs it; null where that has no targets. */
  loss_last_micro: { schema: oneNumber, printed: true },
  /** EMA 0.9 of loss_last_micro, debiased; null before the first. */
  loss_ema: {
    schema: oneNumber,
    line: { chart: lossChart, label: 'EMA', tone: 'main', asIs: true, compared: 'EMA, nats a token' },
  },
  /** Learning-rate multiplier, 0 to 1. */
  lrm: {
    schema: z.number(),
    printed: true,
    line: { chart: scheduleChart, label: 'lr multiplier', asIs: true, inTitle: true },
  },
  /** Muon's momentum. */
  momentum: {
    schema: z.number(),
    line: { chart: scheduleChart, label: 'momentum', tone: 'second', dash: true, asIs: true, inTitle: true },
  },
  dt_ms: { schema: z.number(), printed: true },
  tok_per_sec: {
    schema: z.number(),
    printed: true,
    line: { chart: speedChart, label: 'tokens/s', compared: 'tokens/s' },
  },
  /** Model FLOPs used / the device's peak, in percent; null when the peak is not known. */
  mfu: { schema: oneNumber, printed: true },
  epoch: { schema: z.int(), printed: true },
  /** Progress of the run, 0 to 1. */
  progress: { schema: z.number(), printed: true },
  /** Seconds of training so far, without the first 10 steps. */
  training_time_s: { schema: z.number() },
  /** Index of the step's first batch, for opening it in the Packing view. */
  first_batch: { schema: z.int() },
  grad_norm: gradNorm,
  grad_norm_by_group: gradNormByGroup,
  update_norm: updateNorm,
  /** Milliseconds of dt that the trainer waited for data. */
  data_wait_ms: { schema: z.number(), line: { chart: waitChart, label: 'wait', compared: 'ms a step' } },
  /** Targets of the step that count in the loss. */
  targets: { schema: oneNumber, printed: true },
  /** Micro-batches of the step without a target that counts (docs/REFERENCE.md §6.14). */
  empty_micro_batches: { schema: oneNumber, printed: true },
  loss_by_task: lossByTask,
  /** loss_last_micro of every rank; null in a run of one rank, and then not printed. */
  loss_by_rank: { schema: byRank, printed: true, line: { chart: rankChart, label: 'rank' } },
  /** When the step ended, milliseconds since 1970. Older runs (before 30 November 2026) have neither this nor those below. */
  ended_at: { schema: oneNumber },
  /** Conversations read so far by the mixture's length: 1.5 in the middle of the second epoch. */
  epochs_read: { schema: oneNumber },
  /** 1 where the run had rested before the step: paused, or ended and resumed; 0 otherwise. */
  resumed: { schema: oneNumber },
  /** Main memory that the process of the trainer holds (its resident set), bytes. */
  memory_bytes: { schema: oneNumber, line: { chart: memoryChart, label: 'process', compared: 'resident' } },
  /**
   * The share of the time since the step before that each rank waited for the others, 0 to 1; null in a run of one rank,
   * and after anything but a step (an evaluation, answers, a save, a pause), in which others wait for the one that works.
   * The rank that waits least is the one that the others wait for.
   */
  wait_by_rank: { schema: byRank },
  /** Main memory that each rank's process holds, bytes; null in a run of one rank. */
  memory_by_rank: { schema: byRank },
} as const satisfies Readonly<Record<string, StepFigure>>

type Figures = typeof STEP_FIGURES
export type FigureKey = keyof Figures
/** Figures that the engines measure. */
export type MeasuredKey = {
  [Key in FigureKey]: Figures[Key] extends { schema: unknown; measure: unknown } | { measureGroup: unknown }
    ? Key
    : never
}[FigureKey]

/** Key and row of every figure, in the table's order. */
export const FIGURE_ROWS = Object.entries(STEP_FIGURES) as readonly (readonly [FigureKey, StepFigure])[]

/** An object with a value for every figure. */
export function everyFigure(
  value: (key: FigureKey, figure: StepFigure) => unknown,
): Readonly<Record<FigureKey, unknown>> {
  return Object.fromEntries(FIGURE_ROWS.map(([key, figure]) => [key, value(key, figure)])) as Record<
    FigureKey,
    unknown
  >
}

/** One optimizer step. */
export const stepMetric = z.object(
  everyFigure((_, { schema }) => schema) as { [Key in FigureKey]: Figures[Key]['schema'] },
)

export type StepMetric = z.infer<typeof stepMetric>
/** The part of a step's record that the engine measured. */
export type Measured = Pick<StepMetric, MeasuredKey>
