/**
 * The mixture as written in a config: a list of tasks for train and one for val. An unknown key is refused by name
 * (config/config.ts suggests the nearest known key). Pure, and shared with the window; the table in tasks/tasks.ts
 * defines what an entry may be.
 */
import { z } from 'zod'
import type { splitName } from './entry.schema'
import type { TaskKind } from './tasks/task-kind'
import { TASKS } from './tasks/tasks'

const [first, ...others] = TASKS

export const mixtureEntry = z.discriminatedUnion('task', [first.entry, ...others.map(({ entry }) => entry)])

export const mixture = z.strictObject({
  /** May be empty while it is being edited; reading it from a file refuses that (config/config.ts). */
  train: z.array(mixtureEntry),
  val: z.array(mixtureEntry),
})

export type MixtureEntry = z.infer<typeof mixtureEntry>
export type MixtureConfig = z.infer<typeof mixture>
export type SplitName = z.infer<typeof splitName>

/** Every kind of task, in the order in which they are offered. */
export const TASK_KINDS: readonly TaskKind[] = TASKS

/** The kind of task with that name; undefined where there is none. */
export function kindNamed(name: string): TaskKind | undefined {
  return TASK_KINDS.find(({ entry }) => entry.shape.task.value === name)
}

/** The kind of an entry's task. */
export function kindOf({ task }: MixtureEntry): TaskKind {
  const kind = kindNamed(task)
  if (kind === undefined) throw new RangeError(`no task is called ${task}`)
  return kind
}

/** The files that an entry names, in order; none where the task chooses them. */
export function namedFiles(entry: MixtureEntry): string[] {
  return [filesValue(entry) ?? []].flat()
}

/** The entry with every file that it names changed. */
export function withFilesChanged(entry: MixtureEntry, change: (path: string) => string): MixtureEntry {
  const files = filesValue(entry)
  if (files === undefined) return entry
  const { key } = kindOf(entry).files
  return { ...entry, [key]: typeof files === 'string' ? change(files) : files.map(change) }
}

function filesValue(entry: MixtureEntry): string | string[] | undefined {
  const { key } = kindOf(entry).files
  const value = Object.entries(entry).find(([each]) => each === key)?.[1]
  return typeof value === 'string' || Array.isArray(value) ? value : undefined
}

/** One line for people: `MMLU auxiliary_train train`, `CustomJSON talk.jsonl`. */
export function taskLabel(entry: MixtureEntry): string {
  const { files } = kindOf(entry)
  if (files.standard === null) return [entry.task, ...namedFiles(entry)].join(' ')
  return [entry.task, 'subset' in entry ? entry.subset : [], entry.split ?? []].flat().join(' ')
}
