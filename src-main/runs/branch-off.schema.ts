/** Where a branch begins. Pure zod, shared with the window. */
import { z } from 'zod'

export const branchOff = z.object({
  /** The run that it goes on from. */
  runId: z.string(),
  /** How many of its steps; 0 = its beginning. */
  step: z.int().min(0),
})

export type BranchOff = z.infer<typeof branchOff>
