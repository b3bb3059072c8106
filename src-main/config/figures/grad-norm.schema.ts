/**
 * L2 norm of all parameters' gradients as one vector. The gradients are the mean over the micro-batches, before the
 * optimizers use it; torch's clip_grad_norm_ returns the same. Runs from before 25 November 2026 did not measure it.
 */
import { oneNumber, type MeasuredNumber } from './figure.schema'

export const gradNorm = {
  schema: oneNumber,
  measure: ({ all }, { norm }) => norm(all.gradients()),
  printed: true,
  line: {
    chart: {
      title: 'Gradient norm',
      unit: 'L2',
      place: 'small',
      digits: 'precise',
      tickDigits: 'rough',
      yMin: 0,
    },
    label: 'norm',
    compared: 'L2, all parameters',
  },
} as const satisfies MeasuredNumber
