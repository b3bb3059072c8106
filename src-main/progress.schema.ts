/** How far a long piece of work is: one shape, from the thread that does the work to the window and the terminal. Pure zod. */
import { z } from 'zod'

export const progress = z.object({
  /** What is being done, for people: `decoding SmolTalk`. */
  what: z.string(),
  done: z.number(),
  /** How many there are to do; null while that is not known. */
  total: z.number().nullable(),
  /** What `done` and `total` count: `rows`. */
  unit: z.string(),
})

export type Progress = z.infer<typeof progress>
