/** The queue: runs that are started one after the other. */
import { z } from 'zod'
import { packingFacts } from '../packing/packing-facts.schema'
import { runConfig } from '../config/config.schema'
import { branchOff } from '../runs/branch-off.schema'
import { gridAxis, queueView } from '../runs/queue/queue.schema'
import { configAt, nothing } from './common.schema'

/** The runs of a project: one as it stands, or one for each combination of the values of some options. */
const queued = {
  ...configAt,
  path: z.string().nullable(),
  name: z.string().optional(),
  /** Where they branch off. */
  branch: branchOff.optional(),
  axes: z.array(gridAxis),
}
const ids = z.object({ ids: z.array(z.string()) })

/** Runs that a preflight would stop, with what stops the first. */
const stopped = z.object({ number: z.int(), name: z.string(), message: z.string() })

const queuePlan = z.object({
  /** How many would be added. */
  runs: z.int(),
  /** Those whose options contradict each other, which are not added. */
  left_out: stopped.nullable(),
  /** Those that could not start as things are now, which are added all the same. */
  blocked: stopped.nullable(),
  /** Time of the steps of those whose speed is known, and how many these are. */
  seconds: z.number(),
  timed: z.int(),
  /** What their checkpoints and results take at the most; null where that is not known of every run. */
  disk_bytes: z.number().nullable(),
  /** Free space on the disk of the person's data; null where the system does not say. */
  free_bytes: z.number().nullable(),
})

export const queueCalls = {
  'queue.get': { input: nothing, output: queueView },
  /** The options of queued runs; they never change. */
  'queue.configs': {
    input: ids,
    /** Only the items that exist. */
    output: z.array(z.object({ id: z.string(), config: runConfig })),
  },
  /** What adding such runs would come to. `facts`: of the project's options, where they are known. */
  'queue.plan': { input: z.object({ ...queued, facts: packingFacts.nullable() }), output: queuePlan },
  /** Adds runs behind those that wait. */
  'queue.add': { input: z.object(queued), output: ids },
  /** Takes items out; the runs that they began stay. One at work is refused. */
  'queue.remove': { input: ids, output: nothing },
  /** Puts removed items back where they were. */
  'queue.putBack': { input: ids, output: nothing },
  /** Moves an item that waits to a place among all items. */
  'queue.move': { input: z.object({ id: z.string(), to: z.int().min(0) }), output: nothing },
  /** Lets an item that has ended, or could not start, wait again, as another run. */
  'queue.again': { input: z.object({ id: z.string() }), output: nothing },
  /** Starts no run any more: `now` pauses the run in hand as well. */
  'queue.pause': { input: z.object({ now: z.boolean() }), output: nothing },
  'queue.goOn': { input: nothing, output: nothing },
} as const

export type QueuePlan = z.infer<typeof queuePlan>
