/**
 * Edits of the mixture. Each takes the current list and gives the project a new one, so that each can be undone. A
 * file or folder is looked at first; one with faults is not added, and its faults are listed. Other tasks are added
 * as they are: what they lack can be downloaded, or chosen in their options.
 */
import { call } from '../api/client'
import type { GivenConfig, MixtureEntry, SplitName, TaskKind } from '../api/types'
import { count } from '../format/number'
import { moved, newEntry } from '../mixture/entry'
import {
  excludeWithEntryChanged,
  excludeWithEntryMoved,
  excludeWithoutEntry,
  givenExclude,
  type Exclude,
} from '../mixture/exclude'
import { useFileCheck } from './use-file-check'
import { useNavigation } from './use-navigation'
import { useNotices } from './use-notices'
import { useProject } from './use-project'

/** Lists of the mixture; one that is not given stays. */
interface SomeLists {
  train?: MixtureEntry[] | undefined
  val?: MixtureEntry[] | undefined
}

export interface UseMixtureEditorReturn {
  entries: (split: SplitName) => MixtureEntry[]
  replace: (split: SplitName, index: number, next: MixtureEntry) => void
  /** Adds a task at the end. A kind that begins with a file asks for one first. */
  addTask: (split: SplitName, kind: TaskKind) => Promise<void>
  /** Adds files and folders of conversations at the end; those with faults are listed. */
  addFiles: (split: SplitName, paths: readonly string[]) => Promise<void>
  /** Asks for a JSONL file and adds it. */
  pickFile: (split: SplitName) => Promise<void>
  /** Replaces the lists that are given, and options with them; other lists stay. */
  replaceAll: (lists: SomeLists, options?: GivenConfig) => void
  remove: (split: SplitName, index: number) => void
  move: (split: SplitName, from: number, to: number) => void
}

export function useMixtureEditor(): UseMixtureEditorReturn {
  const { project, edit } = useProject()
  const { entry: selected } = useNavigation()
  const { attempt, tell } = useNotices()
  const { check } = useFileCheck()

  const entries = (split: SplitName): MixtureEntry[] => project.value?.config.mixture[split] ?? []

  /** @param follow what becomes of the excluded conversations where the list is train's */
  function put(split: SplitName, list: MixtureEntry[], follow: (exclude: Exclude) => Exclude, of = ''): void {
    if (!project.value) return
    const { config } = project.value
    const exclude = split === 'train' ? follow(config.exclude) : config.exclude
    edit({ mixture: { ...config.mixture, [split]: list }, exclude: givenExclude(exclude) }, of)
    const lost = config.exclude.length - exclude.length
    if (lost > 0)
      tell(`${count(lost, 'excluded conversation')} left the mixture with its rows; Undo brings it back`)
  }

  function replace(split: SplitName, index: number, next: MixtureEntry): void {
    const before = entries(split)[index]
    if (!before) return
    put(
      split,
      entries(split).map((entry, at) => (at === index ? next : entry)),
      (exclude) => excludeWithEntryChanged(exclude, index, before, next),
      `${split} ${index}`,
    )
  }

  function add(split: SplitName, entry: MixtureEntry): void {
    put(split, [...entries(split), entry], (exclude) => exclude)
    selected.value = { split, index: entries(split).length - 1 }
  }

  async function addTask(split: SplitName, kind: TaskKind): Promise<void> {
    const { train = [], val = [] } = project.value?.config.mixture ?? {}
    const entry = newEntry(kind, split, [...train, ...val])
    if (entry) add(split, entry)
    else await pickFile(split)
  }

  async function addFiles(split: SplitName, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const entry = await check(path, split)
      if (entry) add(split, entry)
    }
  }

  async function pickFile(split: SplitName): Promise<void> {
    const path = await attempt('No file was chosen', () => call('project.pickFile', { kind: 'jsonl' }))
    if (path) await addFiles(split, [path])
  }

  function replaceAll(lists: SomeLists, options: GivenConfig = {}): void {
    if (!project.value) return
    const { config } = project.value
    const { train = config.mixture.train, val = config.mixture.val } = lists
    const exclude = lists.train ? undefined : givenExclude(config.exclude)
    edit({ exclude, ...options, mixture: { train, val } })
    selected.value = { split: lists.train ? 'train' : 'val', index: 0 }
  }

  function remove(split: SplitName, index: number): void {
    const list = entries(split).filter((_, at) => at !== index)
    put(split, list, (exclude) => excludeWithoutEntry(exclude, list.length + 1, index))
    selected.value = { split, index: Math.max(0, Math.min(index, list.length - 1)) }
  }

  function move(split: SplitName, from: number, to: number): void {
    const list = entries(split)
    if (to < 0 || to >= list.length || from === to) return
    put(split, moved(list, from, to), (exclude) => excludeWithEntryMoved(exclude, list.length, from, to))
    selected.value = { split, index: to }
  }

  return { entries, replace, addTask, addFiles, pickFile, replaceAll, remove, move }
}
