/**
 * The runs that have threads in this process: at most one that makes steps, or one that is paused and keeps its state
 * in memory. Each run holds its folder until its threads have ended.
 */
import type { OpenTrainer, TrainJob } from '../engine/trainer-calls'
import { ActiveRun } from './active-run'
import type { RunEvent } from './run-events'
import type { RunJournal } from './run-journal'
import { RESUMABLE } from './run-records'
import { openRanks } from './ranks-trainer'
import type { FolderHold } from './store-lock'

/** States in which no steps are being made. */
const AT_REST = [...RESUMABLE, 'done']

export function isAtRest({ state }: Pick<ActiveRun, 'state'>): boolean {
  return AT_REST.includes(state)
}

/** Whether the run is at rest for good. A paused run is not: it can go on as it is. */
export function isOver(run: Pick<ActiveRun, 'state'>): boolean {
  return run.state !== 'paused' && isAtRest(run)
}

export class ActiveRuns {
  private readonly runs = new Map<string, { run: ActiveRun; hold: FolderHold }>()
  /** Runs whose threads are ending. */
  private readonly releasing = new Set<Promise<void>>()
  /** The number of each run's last `metrics` event. */
  private readonly lastSeq = new Map<string, number>()

  constructor(
    private readonly openTrainer: OpenTrainer,
    private readonly emit: (event: RunEvent) => void,
  ) {}

  get(id: string): ActiveRun | undefined {
    return this.runs.get(id)?.run
  }

  /** The first run that meets the condition; null where none does. */
  find(isSo: (run: ActiveRun) => boolean): ActiveRun | null {
    return [...this.runs.values()].find(({ run }) => isSo(run))?.run ?? null
  }

  /** The number of a run's last `metrics` event; 0 before the first. */
  seqOf(id: string): number {
    return this.get(id)?.seq ?? this.lastSeq.get(id) ?? 0
  }

  /** Starts the job that `prepare` gives. The run then owns the hold; it is given back where the start fails. */
  async launch(id: string, hold: FolderHold, prepare: () => Promise<[TrainJob, RunJournal]>): Promise<void> {
    try {
      const [job, journal] = await prepare()
      const trainer = job.config.world_size > 1 ? openRanks() : this.openTrainer()
      const run = new ActiveRun(id, job, trainer, journal, this.emit, this.lastSeq.get(id))
      this.runs.set(id, { run, hold })
    } catch (error) {
      hold.release()
      throw error
    }
  }

  /** Ends a run's threads, and then gives its folder back. */
  release(id: string): Promise<void> {
    const active = this.runs.get(id)
    if (active === undefined) return Promise.resolve()
    const { run, hold } = active
    run.flush()
    this.lastSeq.set(id, run.seq)
    this.runs.delete(id)
    const released = run.release().finally(() => {
      this.lastSeq.set(id, run.seq) // ending loggers may have said something
      hold.release()
      this.releasing.delete(released)
    })
    this.releasing.add(released)
    return released
  }

  /** Ends all threads. */
  async releaseAll(): Promise<void> {
    for (const id of this.runs.keys()) void this.release(id)
    await this.released()
  }

  /** Resolves once no run's threads are ending. */
  async released(): Promise<void> {
    await Promise.all(this.releasing)
  }
}
