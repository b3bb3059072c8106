/** What the window tells of a nanochat folder. */
import { z } from 'zod'

/** A nanochat folder as the window tells of it. */
export const nanochatFolder = z.object({
  path: z.string(),
  /** What named it. */
  origin: z.enum(['config', 'settings', 'environment', 'default']),
  exists: z.boolean(),
  /** tokenizer.pkl is there. */
  tokenizer: z.boolean(),
  /** Tags of its base checkpoints. */
  bases: z.array(z.string()),
  /** Tag of a base that a recipe in the folder makes on first use; null where there is none. */
  recipe: z.string().nullable(),
})
export type NanochatFolder = z.infer<typeof nanochatFolder>
