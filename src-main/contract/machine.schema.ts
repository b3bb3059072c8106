/** Which machine the window shows, and choosing a path on one that has no dialogs of its own. */
import { z } from 'zod'

import { failure } from '../config/run.schema'
import { nothing } from './common.schema'

/** A machine as a person names it. */
const target = z.object({
  /** A name that ssh knows: `user@host`, or one of ~/.ssh/config. */
  host: z
    .string()
    .min(1)
    .max(255)
    .regex(
      /^[^\s-][^\s]*$/,
      'is a name as ssh takes it: without spaces, and without a hyphen at its beginning',
    ),
  /** Midbench's checkout there; without a slash at its beginning it lies in the home folder. */
  folder: z.string().min(1).max(1000),
})

const machineStatus = z.object({
  /** What the window shows; null: this computer. */
  host: z.string().nullable(),
  /** `refused`: it does not try again by itself. */
  state: z.enum(['connected', 'connecting', 'lost', 'refused']),
  /** Why it is lost or refused; null otherwise. */
  failure: failure.nullable(),
  /** When it tries again, milliseconds since 1970; null where it does not wait for that. */
  retry_at: z.number().nullable(),
})

const wanted = z.object({
  id: z.string(),
  title: z.string(),
  want: z.enum(['file', 'folder', 'save']),
  /** Endings of the files to choose from, without their dots; empty: any. */
  endings: z.array(z.string()),
  /** Where to begin: a folder, or for `save` a file. */
  begin: z.string(),
})

const folderView = z.object({
  folder: z.string(),
  parent: z.string().nullable(),
  entries: z.array(z.object({ name: z.string(), folder: z.boolean() })),
  /** How many entries are not listed. */
  left_out: z.int(),
})

export const machineCalls = {
  'machine.status': { input: nothing, output: machineStatus },
  /** The machines that were opened before, the last one first. */
  'machine.known': { input: nothing, output: z.array(target) },
  /** Connects, starting Midbench there where it does not run; the page is then loaded anew. */
  'machine.open': { input: target.extend({ job: z.string() }), output: nothing },
  /** Back to this computer; the page is then loaded anew. */
  'machine.leave': { input: nothing, output: nothing },
  /** Tries at once to reach a machine that was lost. */
  'machine.retry': { input: nothing, output: nothing },
  /** A folder of the machine that is shown; null: the home folder. */
  'paths.list': { input: z.object({ folder: z.string().nullable() }), output: folderView },
  /** Answers `paths.asked`; null: cancelled. */
  'paths.choose': { input: z.object({ id: z.string(), path: z.string().nullable() }), output: nothing },
} as const

export const machineEvents = {
  'machine.changed': machineStatus,
  /** A path is wanted on a machine that has no dialogs of its own. */
  'paths.asked': wanted,
} as const

export type Machine = z.infer<typeof target>
export type MachineStatus = z.infer<typeof machineStatus>
export type FolderView = z.infer<typeof folderView>
export type WantedPath = z.infer<typeof wanted>
