/**
 * The figures that an engine measures at a step (config/step-figures.schema.ts), for any engine: it gives its tensors
 * and what it can make of them, and reads its scalars once they are there.
 */
import type { MeasuredStep, Reductions, TensorsOfStep } from '../config/figures/figure.schema'
import { FIGURE_ROWS, type Measured } from '../config/step-figures.schema'
import type { ParameterGroup } from '../optimizers/groups'

/** Gives the figures, when `read` can tell what an engine's scalars are. */
export type MeasuredReader<Scalar> = (read: (scalar: Scalar) => number) => Measured

/**
 * Asks the engine for every figure that it measures.
 *
 * @returns how they are read: a number that is not finite is null, and left out of a figure by group
 */
export function measureStep<Tensor, Scalar>(
  step: MeasuredStep<Tensor>,
  by: Reductions<Tensor, Scalar>,
): MeasuredReader<Scalar> {
  type Read = Parameters<MeasuredReader<Scalar>>[0]
  const figures: [key: string, value: (read: Read) => unknown][] = []
  for (const [key, figure] of FIGURE_ROWS) {
    if ('measure' in figure) {
      const scalar = figure.measure(step, by)
      figures.push([key, (read) => finiteOrNull(read(scalar))])
    } else if ('measureGroup' in figure) {
      const scalars = [...step.groups].map(([label, group]) => ({ label, scalar: figure.measureGroup(group, by) })) // prettier-ignore
      figures.push([
        key,
        (read) => {
          const values = scalars.map(({ label, scalar }): [string, number] => [label, read(scalar)])
          return Object.fromEntries(values.filter(([, value]) => Number.isFinite(value)))
        },
      ])
    }
  }
  // The table's rows and `Measured` are one: see step-figures.schema.ts.
  return (read) => Object.fromEntries(figures.map(([key, value]) => [key, value(read)])) as Measured
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** A tensor of a parameter, by the parameter's name; made when a figure asks for it. */
export interface StepTensors<Tensor> {
  parameter: (name: string) => Tensor
  gradient: (name: string) => Tensor
  update: (name: string) => Tensor
}

/**
 * A step as figures see it.
 *
 * @param names of all parameters, in the model's order
 */
export function measuredStep<Tensor>(
  groups: readonly Pick<ParameterGroup, 'label' | 'names'>[],
  names: readonly string[],
  tensors: StepTensors<Tensor>,
): MeasuredStep<Tensor> {
  const tensorsOf = (some: readonly string[]): TensorsOfStep<Tensor> => ({
    parameters: () => some.map(tensors.parameter),
    gradients: () => some.map(tensors.gradient),
    updates: () => some.map(tensors.update),
  })
  const byLabel = new Map<string, string[]>()
  for (const group of groups) byLabel.set(group.label, [...(byLabel.get(group.label) ?? []), ...group.names])
  return {
    all: tensorsOf(names),
    groups: new Map([...byLabel].map(([label, some]) => [label, tensorsOf(some)])),
  }
}
