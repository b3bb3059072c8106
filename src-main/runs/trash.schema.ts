/** A removed run, as its entry in the trash describes it. Pure zod, shared with the window. */
import { z } from 'zod'

export const removedRun = z.object({
  id: z.string(),
  name: z.string(),
  /** Where the run's folder was, and where a restore puts it back. */
  dir: z.string(),
  /** Milliseconds since 1970. */
  removed_at: z.number(),
})

/** A removed run with the disk space that it takes. */
export const trashEntry = removedRun.extend({ bytes: z.number() })

/** What became of a run's folder. */
export const removal = removedRun.extend({
  /** Files in it that the run did not write: they stay where they are. */
  kept: z.array(z.string()),
})

export type RemovedRun = z.infer<typeof removedRun>
export type TrashEntry = z.infer<typeof trashEntry>
export type Removal = z.infer<typeof removal>
