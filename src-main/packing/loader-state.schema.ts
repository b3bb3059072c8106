/** The loader's state as a checkpoint's JSON holds it. Pure zod. */
import { z } from 'zod'

const natural = z.int().min(0)

export const loaderState = z.strictObject({
  cursor: natural,
  epoch: z.int().min(1),
  consumed: natural,
  buffer: z.array(natural),
  batches: natural,
})
