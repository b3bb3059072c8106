/**
 * L2 norm of all parameters' gradients as one vector. The gradients are the mean over the micro-batches, before the
 * optimizers use it; torch's clip_grad_norm_ returns the same. Runs from before 25 November 2026 did not measure it.
 */
import { normChart, oneNumber, type MeasuredNumber } from './figure.schema'

/** The chart of the gradient's norm and of its parts. */
export const gradNormChart = normChart('Gradient norm')

export const gradNorm = {
  schema: oneNumber,
  measure: ({ all }, { norm }) => norm(all.gradients()),
  printed: true,
  line: {
    chart: gradNormChart,
    label: 'all',
    compared: 'L2, all parameters',
  },
} as const satisfies MeasuredNumber
