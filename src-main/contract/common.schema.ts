/** Schemas that several areas of the boundary share. */
import { z } from 'zod'
import { runConfig } from '../config/config.schema'

export const nothing = z.object({})
/** A config as the window edits it, with the folder that its relative paths start from. */
export const configAt = { config: runConfig, dir: z.string() }
/** Whose batches are meant. @default the first rank's */
export const ofRank = { rank: z.int().min(0).optional() }
/**
 * Input of a call about packed data: for a config as it is edited, or for a run as it trained. The main process reads
 * the run's own options and the record of its data. Where several ranks train, the batches are those of one.
 */
export function packedFrom<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodUnion<
  readonly [
    z.ZodObject<typeof configAt & typeof ofRank & Shape>,
    z.ZodObject<{ runId: z.ZodString } & typeof ofRank & Shape>,
  ]
> {
  return z.union([
    z.object({ ...configAt, ...ofRank, ...shape }),
    z.object({ runId: z.string(), ...ofRank, ...shape }),
  ])
}
