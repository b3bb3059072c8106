/** What a run's checkpoint keeps in resume.json besides the step. Pure zod. */
import { z } from 'zod'

import { dataIdentity } from '../packing/data-identity.schema'
import { loaderState } from '../packing/loader-state.schema'
import { runConfig } from '../config/config.schema'

const loopState = z.strictObject({
  step: z.int().min(0),
  average: z.strictObject({ value: z.number(), updates: z.int().min(0) }),
  trainingTimeS: z.number(),
  progress: z.number(),
  evaluatedAt: z.int(),
  /** Checkpoints from before 29 November 2026 do not have these two. */
  sampledAt: z.int().default(-1),
  measuredAt: z.int().default(-1),
  lastBpb: z.number().nullable(),
  bestBpb: z.number().nullable(),
  finished: z.boolean(),
  loader: loaderState.nullable(),
  /** Of every rank, in a run of several. */
  loaders: z.array(loaderState).optional(),
})

/** What a run was made with: the contents of its config.json and its data.json. */
export const runRecord = z.strictObject({ config: runConfig, data: dataIdentity })

export const runResume = z.strictObject({
  /** The base checkpoint that the run began with. */
  base: z.strictObject({ tag: z.string(), step: z.int().min(0) }),
  loop: loopState,
  /**
   * Here it is under the checkpoint's checksums, which do not cover those two files. Checkpoints from before 29
   * November 2026 have none.
   */
  record: runRecord.optional(),
})

export type RunRecord = z.infer<typeof runRecord>
export type RunResume = z.infer<typeof runResume>
