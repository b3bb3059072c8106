/**
 * The figures that an engine measures at a step (config/step-figures.schema.ts), for any engine: the engine provides
 * its tensors and the reductions it can do on them, and reads the resulting scalars once they are computed.
 */
import type { MeasuredStep, Reductions, TensorsOfStep } from '../config/figures/figure.schema'
import { FIGURE_ROWS, type Measured } from '../config/step-figures.schema'
import type { ParameterGroup } from '../optimizers/groups'

/** Gives the figures once `read` can give the value of an engine's scalar. */
export type MeasuredReader<Scalar> = (read: (scalar: Scalar) => number) => Measured

/**
 * Has the engine compute every figure that it measures.
 *
 * @returns a reader of the figures: a number that is not finite becomes null, and is left out of a figure by group
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
  // The table's rows are exactly the keys of `Measured`: see step-figures.schema.ts.
  return (read) => Object.fromEntries(figures.map(([key, value]) => [key, value(read)])) as Measured
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** A tensor of a parameter, looked up by the parameter's name; it is made when a figure asks for it. */
export interface StepTensors<Tensor> {
  parameter: (name: string) => Tensor
  gradient: (name: string) => Tensor
  update: (name: string) => Tensor
}

/**
 * A step as figures see it.
 *
 * @param names names of all parameters, in the model's order
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
