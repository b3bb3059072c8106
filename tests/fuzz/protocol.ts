/** What the harness and the process that reads say to each other. Pure zod. */
import { z } from 'zod'

export const fuzzCase = z.strictObject({
  reader: z.string(),
  seed: z.int(),
  number: z.int().min(0),
})

export const verdict = z.strictObject({
  type: z.literal('verdict'),
  /** The file and what was done to it. */
  what: z.string(),
  /** Null where the reader answered as it should. */
  fault: z.string().nullable(),
  /** The code of the error that it answered with; null for a value. */
  code: z.string().nullable(),
})

export type FuzzCase = z.infer<typeof fuzzCase>
export type Verdict = z.infer<typeof verdict>
