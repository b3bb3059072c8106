/** What a preflight finds and derives. Pure zod, shared with the window. */
import { z } from 'zod'

import { pythonPackage } from '../config/loggers.schema'

/** A fault or an oddity of a config. A blocker stops a run, a warning does not, ok is a passed check. */
export const finding = z.object({
  level: z.enum(['ok', 'warn', 'block']),
  /** Option or dotted path that the finding is about; '' when none. */
  path: z.string(),
  message: z.string(),
  remedy: z.string().optional(),
  /** A Python package that mends it, for the window to offer. */
  install: pythonPackage.optional(),
})

/** A line to draw: steps, from 1, and values. */
const line = z.array(z.object({ x: z.int(), y: z.number() }))

/** What follows from the options; null where it is not known (yet). */
export const derived = z.object({
  grad_accum_steps: z.number().nullable(),
  tokens_per_micro_batch: z.number(),
  tokens_per_step: z.number(),
  /** Planned optimizer steps. */
  steps: z.number().nullable(),
  total_tokens: z.number().nullable(),
  eval_batches: z.number(),
  /** Time of the steps alone, at `tok_per_sec`. */
  seconds: z.number().nullable(),
  /** Speed of the latest run like this one. */
  tok_per_sec: z.number().nullable(),
  disk_bytes: z.number().nullable(),
  memory_bytes: z.number().nullable(),
  model: z
    .object({ tag: z.string(), step: z.int(), parameters: z.number(), n_layer: z.int(), n_embd: z.int() })
    .nullable(),
  /** The learning-rate multiplier and Muon's momentum over the planned steps. */
  schedule: z.object({ lrm: line, momentum: line }).nullable(),
})

export type Finding = z.infer<typeof finding>
export type Derived = z.infer<typeof derived>
