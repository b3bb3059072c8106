/**
 * L2 norm of what a step changed, for every group of parameters: new minus old weights, learning rates, momentum and
 * weight decay included. Where it falls while the gradient norm does not, the schedule is at work; where one group's
 * jumps alone, its rate is too high. Runs of before 29 November 2026 did not measure it.
 *
 * Costs one pass over old and new weights, and for a moment the room of their difference.
 */
import { byGroup, type MeasuredByGroup } from './figure.schema'

export const updateNorm = {
  schema: byGroup,
  measureGroup: ({ updates }, { norm }) => norm(updates()),
  printed: true,
  line: {
    chart: {
      title: 'Update norm',
      unit: 'L2',
      place: 'small',
      digits: 'precise',
      tickDigits: 'rough',
      yMin: 0,
    },
    label: 'norm',
  },
} as const satisfies MeasuredByGroup
