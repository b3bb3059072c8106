/** Pieces that several areas of the boundary have in common. */
import { z } from 'zod'
import { runConfig } from '../config/config.schema'

export const nothing = z.object({})
/** A config as the window edits it, with the folder that its relative paths count from. */
export const configAt = { config: runConfig, dir: z.string() }
/**
 * Input of a call about packed data: of a config as it is edited, or of a run as it trained, whose own options and record
 * of its data the main process reads.
 */
export function packedFrom<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodUnion<readonly [z.ZodObject<typeof configAt & Shape>, z.ZodObject<{ runId: z.ZodString } & Shape>]> {
  return z.union([z.object({ ...configAt, ...shape }), z.object({ runId: z.string(), ...shape })])
}
