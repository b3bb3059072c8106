/** The packings by name: how rows are filled. The first two train; the others are there to compare with. */
import { z } from 'zod'

export const packingName = z.enum([
  'bestfit-crop',
  'bestfit-pad',
  'greedy-crop',
  'crop-shortest',
  'first-fit-decreasing',
])

export type PackingName = z.infer<typeof packingName>
