/** Progress of long work: one shape, from the thread that does the work to the window and the terminal. Pure zod. */
import { z } from 'zod'

export const progress = z.object({
  /** The current work, for people: `decoding SmolTalk`. */
  what: z.string(),
  done: z.number(),
  /** The total to be done; null while that is not known. */
  total: z.number().nullable(),
  /** The unit of `done` and `total`: `rows`. */
  unit: z.string(),
})

export type Progress = z.infer<typeof progress>
