/**
 * A figure of a step. step-figures.schema.ts lists them; a row there determines the shape of a step's record, the
 * column of the run store, the key that the command line prints and the line that the window draws.
 *
 * A figure that the engines measure says how, once for all of them: its `measure` works on tensors that only an engine
 * knows. So this file and the figures need no TensorFlow, and the window imports them too.
 */
import { z } from 'zod'

/** A figure that is one number; null where it was too large for one, and in runs from before it was measured. */
export const oneNumber = z.number().nullable()
/** A number for every group of parameters, by the group's label; null in runs from before it was measured. */
export const byGroup = z.record(z.string(), z.number()).nullable()

/** One task's value in a step, and over how many targets it is a mean. */
export const taskValue = z.object({
  /** Index in mixture.train. */
  entry: z.int(),
  loss: z.number(),
  targets: z.int(),
})
/** Values of the tasks that a step trained on, in the mixture's order; null in runs from before they were measured. */
export const byTask = z.array(taskValue).nullable()

/** A number of every rank, in their order; null in a run of one rank. */
export const byRank = z.array(oneNumber).nullable()

/** Whether a figure of that shape is several values; the run store keeps those as JSON. */
export function isSeveral(
  schema: StepFigure['schema'],
): schema is typeof byGroup | typeof byTask | typeof byRank {
  return schema === byGroup || schema === byTask || schema === byRank
}

export type TaskValue = z.infer<typeof taskValue>

/** What a step did to some parameters; all lists have the same order. `Tensor` is the engine's own type. */
export interface TensorsOfStep<Tensor> {
  /** Values before the update. */
  parameters: () => readonly Tensor[]
  /** Mean over the micro-batches, before the optimizers use it. */
  gradients: () => readonly Tensor[]
  /** What the update added: new parameters minus old. */
  updates: () => readonly Tensor[]
}

/** All parameters in the model's order, and those of each group by its label. */
export interface MeasuredStep<Tensor> {
  all: TensorsOfStep<Tensor>
  groups: ReadonlyMap<string, TensorsOfStep<Tensor>>
}

/** The reductions that an engine can compute. `Scalar` is a number that may not be computed yet. */
export interface Reductions<Tensor, Scalar> {
  /** L2 norm of all the tensors as one vector. */
  norm: (tensors: readonly Tensor[]) => Scalar
}

/** A chart: several figures may share one. The window draws them in the order of the table. */
export interface FigureChart {
  title: string
  /** The unit in the chart's heading. */
  unit?: string
  /** The large chart suits one line; small ones stand in a row. */
  place: 'large' | 'small'
  /** How values are written: with so many decimals, or according to their size. */
  digits: 'two' | 'four' | 'short' | 'precise' | 'bytes'
  yMin?: number
  yMax?: number
}

/** The small chart of a norm. */
export function normChart(title: string): FigureChart {
  return { title, unit: 'L2', place: 'small', digits: 'precise', yMin: 0 }
}

/**
 * The figure's line in a chart. A figure by group has a line for each group, named after it, one by rank a line for each
 * rank; a figure by task one for each task, smoothed, in the task's colour.
 */
export interface FigureLine {
  chart: FigureChart
  label: string
  tone?: 'main' | 'second' | 'faint'
  dash?: boolean
  /**
   * Drawn as it is where curves are smoothed: an average already, or set by plan. Where its chart has another line, that
   * shows, smoothed, in its place.
   */
  asIs?: boolean
  /** Whether the chart's title names it. */
  inTitle?: boolean
  /** The unit with which it is also drawn for several runs over each other. */
  compared?: string
}

interface FigureBase {
  /** Whether `train --json` prints it. */
  printed?: boolean
  line?: FigureLine
}

/** A figure that the run loop knows (engine/loop.ts). */
export interface ToldFigure extends FigureBase {
  schema: z.ZodNumber | z.ZodInt | typeof oneNumber | typeof byTask | typeof byRank
}

/** A number that both engines measure at every step. */
export interface MeasuredNumber extends FigureBase {
  schema: typeof oneNumber
  measure: <Tensor, Scalar>(step: MeasuredStep<Tensor>, by: Reductions<Tensor, Scalar>) => Scalar
}

/** A number of every group of parameters that both engines measure at every step. */
export interface MeasuredByGroup extends FigureBase {
  schema: typeof byGroup
  measureGroup: <Tensor, Scalar>(group: TensorsOfStep<Tensor>, by: Reductions<Tensor, Scalar>) => Scalar
}

export type StepFigure = ToldFigure | MeasuredNumber | MeasuredByGroup
