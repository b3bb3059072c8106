/**
 * The items of the queue and their order, kept in a file that is written at every change. Those that have begun come
 * first, in the order in which they did, and then those that wait. Removed items can be put back until the app ends.
 */
import { randomUUID } from 'node:crypto'

import { JsonFile } from '../../files/kept-json'
import type { z } from 'zod'
import type { RunConfig } from '../../config/config.schema'
import type { BranchOff } from '../branch-off.schema'
import { full, unknownItem } from './queue-errors'
import { type KeptItem, type QueuedRun, queueFile, type QueueItem, type QueueState } from './queue.schema'

/** More items would make the file, which is written whole at every change, needlessly large. */
const MOST_ITEMS = 500

export class QueueList {
  private readonly file: JsonFile<z.infer<typeof queueFile>>
  private items: KeptItem[]
  private current: QueueState
  /** Where each removed item was. */
  private readonly removed = new Map<string, { item: KeptItem; index: number }>()
  /** What was wrong with the stored queue, to be shown; null when nothing was. */
  readonly problem: string | null

  /** @param changed called at each change */
  constructor(
    path: string,
    private readonly changed: () => void,
  ) {
    this.file = new JsonFile(path, queueFile)
    const { value, problem } = this.file.read()
    this.problem = problem
    this.items = value?.items ?? []
    this.current = value?.state ?? 'paused'
  }

  get state(): QueueState {
    return this.current
  }

  /** The items without their options, which are many and never change. */
  get shown(): QueueItem[] {
    return this.items.map(({ id, name, state, run_id, failure }) => ({ id, name, state, run_id, failure }))
  }

  /** The item whose run has begun and has not ended. */
  get inHand(): KeptItem | undefined {
    return this.items.find(({ state }) => state === 'begun')
  }

  /** The first that waits. */
  get next(): KeptItem | undefined {
    return this.items.find(({ state }) => state === 'waiting')
  }

  /** The options of those of the given items that exist. */
  configs(ids: readonly string[]): { id: string; config: RunConfig }[] {
    return this.items.filter(({ id }) => ids.includes(id)).map(({ id, config }) => ({ id, config }))
  }

  /** The options of the runs that wait or have begun. */
  get ahead(): RunConfig[] {
    return this.items
      .filter(({ state }) => state === 'waiting' || state === 'begun')
      .map(({ config }) => config)
  }

  /** Where branches may still begin: those of the runs that have not ended, and of removed ones, which may be put back. */
  get branches(): BranchOff[] {
    const open = [...this.items, ...[...this.removed.values()].map(({ item }) => item)]
    return open.flatMap(({ state, branch }) => (state === 'ended' || branch === undefined ? [] : [branch]))
  }

  /** All changes resolve once they are on disk. @throws MidbenchError `file.unwritable`; it is still tried again */
  setState(state: QueueState): Promise<void> {
    this.current = state
    return this.keep()
  }

  /** @throws MidbenchError `queue.full` */
  async add(runs: readonly QueuedRun[]): Promise<string[]> {
    if (this.items.length + runs.length > MOST_ITEMS) throw full(MOST_ITEMS)
    const added = runs.map((run): KeptItem => {
      return { ...run, id: randomUUID(), state: 'waiting', run_id: null, failure: null }
    })
    this.items = [...this.items, ...added]
    await this.keep()
    return added.map(({ id }) => id)
  }

  change(id: string, change: Partial<Omit<QueueItem, 'id'>>): Promise<void> {
    this.items = this.items.map((item) => (item.id === id ? { ...item, ...change } : item))
    return this.keep()
  }

  /** Lets an item that is over wait again, behind all others. @throws MidbenchError `queue.unknown` */
  again(id: string): Promise<void> {
    const item = this.over(id)
    const others = this.items.filter((each) => each !== item)
    this.items = [...others, { ...item, state: 'waiting', run_id: null, failure: null }]
    return this.keep()
  }

  /** An item that is over. @throws MidbenchError `queue.unknown` */
  over(id: string): KeptItem {
    const item = this.items.find((each) => each.id === id && ['ended', 'refused'].includes(each.state))
    if (item === undefined) throw unknownItem()
    return item
  }

  /** Items that are not there any more are passed over. */
  remove(ids: readonly string[]): Promise<void> {
    this.items.forEach((item, index) => {
      if (ids.includes(item.id)) this.removed.set(item.id, { item, index })
    })
    this.items = this.items.filter(({ id }) => !ids.includes(id))
    return this.keep()
  }

  /** Puts removed items back where they were. */
  putBack(ids: readonly string[]): Promise<void> {
    const known = ids.flatMap((id) => this.removed.get(id) ?? [])
    for (const { item, index } of known.sort((a, b) => a.index - b.index)) {
      this.removed.delete(item.id)
      this.insert(item, index)
    }
    return this.keep()
  }

  /** Moves an item that waits. @param to its place among all items @throws MidbenchError `queue.unknown` */
  move(id: string, to: number): Promise<void> {
    const item = this.items.find((each) => each.id === id && each.state === 'waiting')
    if (item === undefined) throw unknownItem()
    this.items = this.items.filter((each) => each !== item)
    this.insert(item, to)
    return this.keep()
  }

  private insert(item: KeptItem, at: number): void {
    const begun = this.items.filter(({ state }) => state !== 'waiting').length
    const index = item.state === 'waiting' ? Math.max(at, begun) : Math.min(at, begun)
    this.items = this.items.toSpliced(index, 0, item)
  }

  private keep(): Promise<void> {
    this.changed()
    return this.file.write({ state: this.current, items: this.items })
  }
}
