/**
 * L2 norm of a step's change, for every group of parameters: new minus old weights, including learning rates, momentum
 * and weight decay. Where it falls while the gradient norm does not, the schedule is the cause; where only one group's
 * jumps, its rate is too high. Runs from before 29 November 2026 did not measure it.
 *
 * It costs one pass over old and new weights and, for a moment, the memory of their difference.
 */
import { byGroup, normChart, type MeasuredByGroup } from './figure.schema'

export const updateNorm = {
  schema: byGroup,
  measureGroup: ({ updates }, { norm }) => norm(updates()),
  printed: true,
  line: {
    chart: normChart('Update norm'),
    label: 'norm',
  },
} as const satisfies MeasuredByGroup
