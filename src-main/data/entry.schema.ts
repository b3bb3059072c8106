/** What entries of a mixture share, whatever their task. Pure zod. */
import { z } from 'zod'
import { MOST_REPEATS } from '../bounds.schema'

/** The two lists of a mixture. */
export const splitName = z.enum(['train', 'val'])

const natural = z.int().min(0)

/** No file name holds a NUL character. */
export const filePath = z
  .string()
  .min(1)
  .regex(/^[^\0]*$/, 'must hold no NUL character')

/** A logical view over a dataset, like the reference's Task: rows start, start+step, … below stop. */
export const slice = {
  start: natural.optional(),
  stop: natural.optional(),
  step: z.int().min(1).optional(),
  /** Lists the task this many times over, each time as a task of the mixture. */
  repeat: z.int().min(1).max(MOST_REPEATS).describe('each time it is a task of its own').optional(),
}

/**
 * Local parquet files in place of the hub's: a list in the order given, or a pattern (`train-*.parquet`) in natural
 * order. Paths are relative to the config file.
 */
export const dataFiles = { data_files: z.union([filePath, z.array(filePath).min(1)]).optional() }
