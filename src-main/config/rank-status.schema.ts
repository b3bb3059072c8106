/** What each rank of a run is doing now, as it is shown. Its figures are the step's (step-figures.schema.ts). Pure zod. */
import { z } from 'zod'

export const rankState = z.enum([
  'starting', // its process starts, finds the others, opens the data
  'compiling', // the first step
  'training',
  'evaluating',
  'saving',
  'waiting', // for three seconds or longer, for ranks that come later
  'paused',
  'lost', // its process is gone, or it failed
  'ended', // it has ended because the run or another rank has
])

export const rankStatus = z.object({
  rank: z.int(),
  state: rankState,
  /** `host:port` at which the others reach it. */
  host: z.string(),
  /** Its process on this machine; null before it has started. */
  pid: z.int().nullable(),
})

/** The last time that a rank was lost and all began again. */
export const rankLoss = z.object({
  /** Null where it cannot be told which. */
  rank: z.int().nullable(),
  why: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** How often ranks have been lost since the run was started or resumed, and how often all begin again at most. */
  times: z.int(),
  most: z.int(),
})

/** The ranks of this machine, and what befell them. */
export const ranksNow = z.object({ ranks: z.array(rankStatus), loss: rankLoss.nullable() })

export type RankState = z.infer<typeof rankState>
export type RankStatus = z.infer<typeof rankStatus>
export type RankLoss = z.infer<typeof rankLoss>
export type RanksNow = z.infer<typeof ranksNow>
