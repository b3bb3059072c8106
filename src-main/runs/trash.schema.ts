/** A run that was removed, as its place in the trash says. Pure zod, shared with the window. */
import { z } from 'zod'

export const removedRun = z.object({
  id: z.string(),
  name: z.string(),
  /** Where its folder was, and is put back. */
  dir: z.string(),
  /** Milliseconds since 1970. */
  removed_at: z.number(),
})

/** With what it takes on the disk. */
export const trashEntry = removedRun.extend({ bytes: z.number() })

/** What became of a run's folder. */
export const removal = removedRun.extend({
  /** What lay in it that the run did not write: it stays where it is. */
  kept: z.array(z.string()),
})

export type RemovedRun = z.infer<typeof removedRun>
export type TrashEntry = z.infer<typeof trashEntry>
export type Removal = z.infer<typeof removal>
