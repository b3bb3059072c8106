/** What a branch keeps of its parent, in branch.json of its folder: how its first step is made of the parent's checkpoint. */
import { z } from 'zod'

import { loaderState } from '../packing/loader-state.schema'
import { runConfig } from '../config/config.schema'
import { runParent } from '../config/run.schema'

export const branchRecord = z.strictObject({
  format: z.literal('midbench-branch-1'),
  parent: runParent,
  /** The parent's options at that step. */
  config: runConfig,
  reading: z.strictObject({
    /** Where the parent's loader stood, rank 0's of several; null where the branch reads its mixture from the start. */
    state: loaderState.nullable(),
    /** Where those of all its ranks stood, of a parent with several. */
    ranks: z.array(loaderState).optional(),
    /** What the parent excluded of the mixture that the state counts. */
    exclude: runConfig.shape.exclude,
  }),
  /** Whether both evaluate on the same tokens, so that their bits a byte may be compared. */
  same_validation: z.boolean(),
})

export type BranchRecord = z.infer<typeof branchRecord>
