/** The queue of runs as its file keeps it, and as the window shows it. Pure zod, shared with the window. */
import { z } from 'zod'
import { runConfig } from '../../config/config.schema'
import { failure } from '../../config/run.schema'
import { branchOff } from '../branch-off.schema'

/**
 * `going`: one run after the other is started. `ending`: the run in hand goes on, and no other is started after it.
 * `paused`: none is started, and the run in hand is paused.
 */
const queueState = z.enum(['going', 'ending', 'paused'])

const queueItem = z.object({
  id: z.string(),
  name: z.string(),
  /**
   * `begun`: its run is being started, is at work, or is paused and will go on. `ended`: its run has come to rest for
   * good, however that was. `refused`: it could not start, and has no run.
   */
  state: z.enum(['waiting', 'begun', 'ended', 'refused']),
  run_id: z.string().nullable(),
  /** Why it could not start or go on. */
  failure: failure.nullable(),
})

/** What is started: the options, every path absolute. */
const queuedRun = z.object({
  name: z.string(),
  config: runConfig,
  /** The config's file; null where the options are no file's. */
  path: z.string().nullable(),
  /** Of a branch: where it begins. */
  branch: branchOff.optional(),
})

const keptItem = queueItem.extend(queuedRun.shape)
export const queueFile = z.object({ state: queueState, items: z.array(keptItem) })

/** In order: those that have begun, then those that wait. */
export const queueView = z.object({
  state: queueState,
  items: z.array(queueItem),
  /** The name of the run, not of the queue, that the next one waits for; null where it waits for none. */
  waits_for: z.string().nullable(),
})

/** An option of a grid, with the values that it is given in turn. */
export const gridAxis = z.object({ option: z.string(), values: z.array(z.unknown()).min(1) })

export type QueueState = z.infer<typeof queueState>
export type QueueItem = z.infer<typeof queueItem>
export type QueuedRun = z.infer<typeof queuedRun>
export type KeptItem = z.infer<typeof keptItem>
export type QueueView = z.infer<typeof queueView>
export type GridAxis = z.infer<typeof gridAxis>
