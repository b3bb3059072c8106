/**
 * Starts one queued run after the other, and goes on with the one in hand where the app was left.
 *
 * An item names its run on disk before the run is started, so that no crash starts it twice. A run that cannot start
 * says why, and the next one is started. A run that a person started by hand comes first: while it is at work, or
 * paused in memory, the queue waits. Pausing the queue's run by hand pauses the queue, and resuming it lets the queue go
 * on, so that there is one meaning of Pause. What a crash of the app cut off is not gone on with by itself: a run that
 * brings the app down would do so at every launch.
 */
import { dirname, join } from 'node:path'

import { toFailure } from '../../errors'
import type { RunSummary } from '../../config/run.schema'
import type { RunEvent } from '../run-events'
import { newRunId } from '../run-folder'
import type { RunManager } from '../run-manager'
import { KeptForks } from './kept-forks'
import { atWork } from './queue-errors'
import { QueueList } from './queue-list'
import type { KeptItem, QueuedRun, QueueView } from './queue.schema'

/** States of a run that ended for good, as far as the queue is concerned. */
const OVER: readonly string[] = ['done', 'stopped', 'failed']
/** Why a run cannot begin now, though it can later. */
const LATER: readonly string[] = ['run.busy', 'run.unsaved', 'cancelled']

export interface RunQueueOptions {
  /** The file that keeps the queue; beside it lie the checkpoints that its branches will begin with. */
  path: string
  runs: Pick<RunManager, 'get' | 'start' | 'pause' | 'resume' | 'summary' | 'current' | 'paused' | 'on'>
  /** Called at each change. */
  changed: (view: QueueView) => void
}

export class RunQueue {
  readonly list: QueueList
  private readonly runs: RunQueueOptions['runs']
  private readonly forks: KeptForks
  private isOpen = false
  /** Aborts the checks before the run of an item exists. */
  private starting: AbortController | null = null
  private working: Promise<void> | null = null
  private lookAgain = false
  private idle: () => void = () => undefined
  private readonly tell: () => void

  constructor({ path, runs, changed }: RunQueueOptions) {
    this.tell = () => {
      changed(this.view)
    }
    this.list = new QueueList(path, this.tell)
    this.forks = new KeptForks(join(dirname(path), 'queue-forks'), runs)
    this.runs = runs
    runs.on((event) => {
      this.receive(event)
    })
  }

  get view(): QueueView {
    const { state, shown: items, inHand, next } = this.list
    const waits = state === 'going' && inHand === undefined && next !== undefined
    return { state, items, waits_for: waits ? (this.taker()?.name ?? null) : null }
  }

  /** Whether a run is about to be started. */
  get isBusy(): boolean {
    return this.working !== null
  }

  /** @param idle called when nothing is about to be started any more */
  onIdle(idle: () => void): void {
    this.idle = idle
  }

  /** Begins its work: nothing is started before. */
  open(): void {
    const item = this.list.inHand
    if (item !== undefined) {
      const run = this.find(item)
      if (run === null) kept(this.list.change(item.id, { state: 'waiting', run_id: null }))
      if (run === null || !['paused', ...OVER].includes(run.state)) kept(this.list.setState('paused'))
    }
    this.isOpen = true
    this.look()
  }

  /** Starts nothing any more. A run in hand is left to whoever ends the app. */
  async leave(): Promise<void> {
    this.isOpen = false
    this.starting?.abort()
    await this.working
  }

  /** The app stays open after all. */
  stay(): void {
    kept(this.list.setState('paused'))
    this.isOpen = true
  }

  /**
   * @throws MidbenchError `queue.full`, `file.unwritable`; of a branch also `run.unknown`, `branch.gone` and `branch.torn`,
   *   where that checkpoint is not there or cannot be read
   */
  add(runs: readonly QueuedRun[]): Promise<string[]> {
    const branches = runs.flatMap(({ branch }) => branch ?? [])
    return branches.length === 0 ? this.append(runs) : this.forks.keep(branches, () => this.append(runs))
  }

  private async append(runs: readonly QueuedRun[]): Promise<string[]> {
    const wasEmpty = this.list.inHand === undefined && this.list.next === undefined
    const added = this.list.add(runs)
    // What is queued while a run goes on is meant to follow it.
    if (wasEmpty && this.runs.current() !== null) kept(this.list.setState('going'))
    this.look()
    return added
  }

  /** @throws MidbenchError `queue.at-work` where one of them is at work */
  async remove(ids: readonly string[]): Promise<void> {
    const { inHand } = this.list
    if (inHand !== undefined && ids.includes(inHand.id) && this.isAtWork(inHand)) throw atWork(inHand.name)
    await this.list.remove(ids)
  }

  async putBack(ids: readonly string[]): Promise<void> {
    await this.list.putBack(ids)
    this.look()
  }

  /** Lets an item that has ended, or could not start, wait again. @throws MidbenchError `queue.unknown`; as {@link add} */
  async again(id: string): Promise<void> {
    const { branch } = this.list.over(id)
    await this.forks.keep(branch ? [branch] : [], () => this.list.again(id))
    this.look()
  }

  /** @param now whether the run in hand is paused as well; else the queue pauses when that has ended */
  async pause(now: boolean): Promise<void> {
    const { inHand } = this.list
    const isAtWork = inHand !== undefined && this.isAtWork(inHand)
    const change = this.list.setState(isAtWork && !now ? 'ending' : 'paused')
    if (now) {
      this.starting?.abort()
      this.pauseInHand()
    }
    await change
  }

  async goOn(): Promise<void> {
    const change = this.list.setState('going')
    this.look()
    await change
  }

  /** Does what there is to do; called whenever that may have changed. */
  look(): void {
    this.lookAgain = true
    this.working ??= this.work()
  }

  // -------------------------------------------------------------- inside

  private async work(): Promise<void> {
    while (this.lookAgain) {
      this.lookAgain = false
      while (await this.step());
    }
    this.working = null
    void this.forks.sweep(() => this.list.branches)
    this.tell() // what the next one waits for may have changed
    this.idle()
  }

  /** Does one thing. @returns whether there may be more to do now */
  private async step(): Promise<boolean> {
    const { list } = this
    if (!this.isOpen || list.state === 'paused') return false
    const { inHand, next } = list
    if (inHand !== undefined) return this.goOnWith(inHand)
    if (list.state === 'ending' || next === undefined) {
      kept(list.setState('paused'))
      return false
    }
    return this.taker() === null ? this.begin(next) : false
  }

  private async begin(item: KeptItem): Promise<boolean> {
    const { id, name, config, path, branch } = item
    const run_id = newRunId()
    const starting = (this.starting = new AbortController())
    await this.list.change(id, { state: 'begun', run_id, failure: null }).catch(() => undefined)
    try {
      const of = { config, dir: '/', path, name, branch }
      const forks = branch && this.forks.folderOf(branch)
      await this.runs.start({ id: run_id, ...of, forks, signal: starting.signal })
      if (starting.signal.aborted) this.pauseInHand() // too late for an abort: the run exists
    } catch (error) {
      const failure = toFailure(error)
      const isLater = starting.signal.aborted || LATER.includes(failure.code)
      kept(
        this.list.change(
          id,
          isLater ? { state: 'waiting', run_id: null } : { state: 'refused', run_id: null, failure },
        ),
      )
      return !isLater
    } finally {
      this.starting = null
    }
    return true
  }

  /** Goes on with the run in hand, where that is at rest. */
  private async goOnWith(item: KeptItem): Promise<boolean> {
    const { list } = this
    const run = this.find(item)
    if (run === null || isLost(run)) {
      kept(list.change(item.id, { state: 'waiting', run_id: null }))
      return true
    }
    if (OVER.includes(run.state)) {
      kept(list.change(item.id, { state: 'ended' }))
      return true
    }
    if (!['paused', 'interrupted'].includes(run.state) || this.taker(run.id) !== null) return false
    const starting = (this.starting = new AbortController())
    try {
      await this.runs.resume(run.id)
      if (starting.signal.aborted) this.pauseInHand()
    } catch (error) {
      const failure = toFailure(error)
      if (LATER.includes(failure.code)) return false
      kept(list.change(item.id, { state: 'ended', failure }))
      return true
    } finally {
      this.starting = null
    }
    return false
  }

  private receive(event: RunEvent): void {
    const { list } = this
    const { inHand } = list
    const id = event.type === 'changed' ? event.run.id : event.type === 'metrics' ? null : event.runId
    const isOwn = inHand !== undefined && inHand.run_id === id
    if (isOwn && event.type === 'changed') this.followHand(event.run)
    if (isOwn && event.type === 'rest') {
      if (event.state !== 'paused') kept(list.change(inHand.id, { state: 'ended' }))
      else if (this.isOpen && list.state !== 'paused') kept(list.setState('paused'))
    }
    if (isOwn && event.type === 'refused')
      kept(list.change(inHand.id, { state: 'refused', run_id: null, failure: event.failure }))
    if (isOwn && event.type === 'removed') kept(list.change(inHand.id, { state: 'ended' }))
    if (['rest', 'refused', 'removed'].includes(event.type)) this.look()
  }

  /** The run in hand was resumed by hand: the queue goes on as well. */
  private followHand({ state }: RunSummary): void {
    const isResumed = state === 'preparing' || state === 'training'
    if (!isResumed || !this.isOpen || this.starting !== null || this.list.state !== 'paused') return
    kept(this.list.setState('going'))
  }

  private pauseInHand(): void {
    const { inHand } = this.list
    if (inHand?.run_id && this.runs.current() === inHand.run_id) this.runs.pause(inHand.run_id)
  }

  private isAtWork({ run_id }: KeptItem): boolean {
    return this.starting !== null || (run_id !== null && this.runs.current() === run_id)
  }

  /** The run that is at work, or is paused in memory, unless that is the given one. */
  private taker(own: string | null = null): RunSummary | null {
    const current = this.runs.current()
    if (current !== null) return this.runs.summary(current)
    const paused = this.runs.paused()
    return paused?.id === own ? null : paused
  }

  private find({ run_id }: KeptItem): RunSummary | null {
    try {
      return run_id === null ? null : this.runs.summary(run_id)
    } catch {
      return null // it was removed, or has never come to be
    }
  }
}

/** Whether a run was cut off before anything of it was saved: it can only be started anew. */
function isLost({ state, checkpoints }: RunSummary): boolean {
  return state === 'interrupted' && checkpoints.length === 0
}

/** What cannot be written now is kept in memory and tried again; a change that a person makes says so. */
function kept(written: Promise<void>): void {
  written.catch(() => undefined)
}
