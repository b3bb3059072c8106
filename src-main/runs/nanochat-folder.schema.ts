/** What the window shows of a nanochat folder. */
import { z } from 'zod'

/** A nanochat folder as the window shows it. */
export const nanochatFolder = z.object({
  path: z.string(),
  /** What the folder's name comes from. */
  origin: z.enum(['config', 'settings', 'environment', 'default']),
  exists: z.boolean(),
  /** Whether tokenizer.pkl is there. */
  tokenizer: z.boolean(),
  /** Tags of its base checkpoints. */
  bases: z.array(z.string()),
  /** Tag of the base that a recipe in the folder makes on first use; null where there is no recipe. */
  recipe: z.string().nullable(),
})
export type NanochatFolder = z.infer<typeof nanochatFolder>
