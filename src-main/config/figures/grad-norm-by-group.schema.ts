/**
 * L2 norm of the gradients of every group of parameters, taken as that of all of them is (grad-norm.schema.ts), whose
 * chart it shares: squared, the groups' norms add up to its square. It says where a spike of the norm comes from. Runs
 * from before 30 November 2026 did not measure it.
 *
 * In the graph it costs one sum of a few numbers for each group: the squares are those of the norm of all parameters.
 */
import { byGroup, type MeasuredByGroup } from './figure.schema'
import { gradNormChart } from './grad-norm.schema'

export const gradNormByGroup = {
  schema: byGroup,
  measureGroup: ({ gradients }, { norm }) => norm(gradients()),
  line: { chart: gradNormChart, label: 'norm' },
} as const satisfies MeasuredByGroup
