/** What a run's checkpoint keeps in resume.json besides the step. Pure zod. */
import { z } from 'zod'

import { loaderState } from '../packing/loader-state.schema'

export const loopState = z.strictObject({
  step: z.int().min(0),
  average: z.strictObject({ value: z.number(), updates: z.int().min(0) }),
  trainingTimeS: z.number(),
  progress: z.number(),
  evaluatedAt: z.int(),
  lastBpb: z.number().nullable(),
  bestBpb: z.number().nullable(),
  finished: z.boolean(),
  loader: loaderState.nullable(),
})

export const runResume = z.strictObject({
  /** The base checkpoint that the run began with. */
  base: z.strictObject({ tag: z.string(), step: z.int().min(0) }),
  loop: loopState,
})

export type RunResume = z.infer<typeof runResume>
