/**
 * The ranks of this machine from their start until all have ended, in one way or another.
 *
 * The first rank leads: it saves, and what it reports is the run. When a rank is lost, the others fail in their next
 * exchange with it. The leader then saves by itself; where the leader is the one that is lost, another one is told to,
 * since all hold the same state. Then every process is ended.
 */
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

import type { RankJob, RunRequest, TrainEnd, TrainJob, TrainReport } from '../engine/trainer-calls'
import { type Failure, toFailure } from '../errors'
import { type CallOptions, Ended } from '../threads/calls'
import { HangWatch } from './hang-watch'
import type { ProcessTrainer } from './process-trainer'
import { RankStates } from './rank-states'

export type Tellings = CallOptions<TrainReport>

type RanksOutcome =
  | { type: 'end'; end: TrainEnd }
  /**
   * @param lost whether a rank was lost, so that all may begin again; anything else would happen again
   * @param rank whose failure it is; null where each has only lost the others
   */
  | { type: 'failed'; failure: Failure; lost: boolean; rank: number | null }

export interface RankAttempt {
  outcome: Promise<RanksOutcome>
  request(request: RunRequest): void
  /** Steps that this attempt has made and saved. */
  stepsSaved(): number
  close(): Promise<void>
}

/** Time for a rank to meet the loss of another in its next exchange, besides the rest of its step. */
const NOTICE_MS = 30_000
/** Time for failures of one cause to come in. */
const SETTLE_MS = 5000
/** Time for a save to end. */
const SAVE_MS = 600_000
/** How often the processes are looked at, and how long one is left that was stopped. */
const LOOK_MS = 1000
const STOPPED_MS = 4000

/** One rank's process, and what is known of it. */
interface Rank {
  job: RankJob
  trainer: ProcessTrainer
  /** How its call ended; null while it goes on. */
  ended: { end: TrainEnd } | { failure: Failure; gone: boolean } | null
  settled: Promise<void>
  /** Whether it has lost the others and waits to be told what to do. */
  waits: boolean
  phase: string
  /** Since when it is seen to be stopped; null while it is not. */
  stoppedSince: number | null
  /** Why it was ended from here, as the end of a sentence; null where it was not. */
  givenUp: string | null
}

/**
 * @param open opens a process for a rank
 * @param tell hears the leader
 * @param patienceMs as {@link HangWatch} has it
 */
export function startRanks(
  job: TrainJob,
  jobs: readonly RankJob[],
  open: () => ProcessTrainer,
  tell: Tellings,
  patienceMs: number,
): RankAttempt {
  return new Attempt(job, jobs, open, tell, patienceMs)
}

class Attempt implements RankAttempt {
  readonly outcome: Promise<RanksOutcome>
  private readonly ranks: Rank[]
  /** Steps at its start and as of its last save. */
  private begun = 0
  private saved = 0
  /** Of the last step; 0 before the first. */
  private stepMs = 0
  private closed = false
  private readonly hangs: HangWatch
  private readonly states: RankStates
  /** Wakes whoever waits for something to happen to a rank. */
  private wake: () => void = () => undefined

  constructor(
    job: TrainJob,
    jobs: readonly RankJob[],
    open: () => ProcessTrainer,
    private readonly tell: Tellings,
    patienceMs: number,
  ) {
    this.hangs = new HangWatch(jobs.length, patienceMs)
    const opened = jobs.map((each) => ({ job: each, trainer: open() }))
    const seen = opened.map(({ job: each, trainer }) => ({ job: each, pid: () => trainer.pid() }))
    this.states = new RankStates(seen, (ranks) => this.tell.onEvent?.({ type: 'ranks', ranks, loss: null }))
    this.ranks = opened.map(({ job: each, trainer }) => this.start(job, each, trainer))
    this.outcome = this.watch().finally(() => this.close())
  }

  request(request: RunRequest): void {
    this.ranks[0]?.trainer.call('request', request).catch(() => undefined) // its end reports its own failure
  }

  stepsSaved(): number {
    return this.saved - this.begun
  }

  async close(): Promise<void> {
    this.closed = true
    this.states.close()
    this.wake()
    for (const rank of this.ranks) if (rank.ended === null) rank.trainer.kill()
    await Promise.all(this.ranks.map(({ trainer }) => trainer.close()))
  }

  // -------------------------------------------------------------- a rank

  private start(job: TrainJob, rankJob: RankJob, trainer: ProcessTrainer): Rank {
    const rank: Rank = {
      job: rankJob,
      trainer,
      ended: null,
      settled: Promise.resolve(),
      waits: false,
      phase: '',
      stoppedSince: null,
      givenUp: null,
    }
    const hears = rankJob.leads ? { ...this.tell } : {}
    const call = trainer.call(
      'train',
      { ...job, rank: rankJob },
      {
        ...hears,
        onEvent: (report) => {
          this.hear(rank, report)
        },
      },
    )
    rank.settled = call
      .then(
        (end) => {
          rank.ended = { end }
          this.states.ended(rankJob.rank, 'ended')
        },
        (error: unknown) => {
          rank.ended = { failure: this.failureOf(rank, error), gone: error instanceof Ended }
          if (!this.closed) this.states.ended(rankJob.rank, isOwn(rank.ended) ? 'lost' : 'ended')
          if (!rankJob.leads) trainer.kill() // as long as its server answers, the others wait for it
        },
      )
      .finally(() => {
        this.wake()
      })
    return rank
  }

  private hear(rank: Rank, report: TrainReport): void {
    this.hangs.hear(this.ranks.indexOf(rank), report)
    this.states.hear(rank.job.rank, report)
    if (report.type === 'exchange') return
    if (report.type === 'phase') rank.phase = report.phase
    if (report.type === 'lost') rank.waits = true
    if (report.type === 'checkpoint') this.saved = report.step
    if (rank.job.leads) {
      if (report.type === 'prepared') this.begun = this.saved = report.prepared.step
      if (report.type === 'step') this.stepMs = report.metric.dt_ms
      this.tell.onEvent?.(report)
    } else if (rank.waits || (report.type === 'log' && report.line.level !== 'info'))
      this.hearOther(rank, report)
    this.wake()
  }

  /** Of a rank that does not lead: its troubles, and what it saves in the leader's place. */
  private hearOther({ job }: Rank, report: TrainReport): void {
    if (report.type === 'log') {
      const text = `Rank ${String(job.rank)}: ${report.line.text}`
      this.tell.onEvent?.({ ...report, line: { ...report.line, text } })
    } else if (report.type === 'checkpoint' || report.type === 'unsaved') this.tell.onEvent?.(report)
  }

  private failureOf(rank: Rank, error: unknown): Failure {
    const failure = toFailure(error)
    const who = `Rank ${String(rank.job.rank)}`
    if (rank.givenUp !== null)
      return { code: 'trainer.crashed', message: `${who} ${rank.givenUp}, and was given up.` }
    if (error instanceof Ended)
      return { ...failure, message: failure.message.replace(/^The trainer process/, who) }
    return rank.job.leads ? failure : { ...failure, message: `${who}: ${failure.message}` }
  }

  // -------------------------------------------------------------- all of them

  private async watch(): Promise<RanksOutcome> {
    const [leader] = this.ranks
    if (leader === undefined) throw new Error('a run has at least one rank here')
    await this.until(Infinity, () => leader.ended !== null || this.ranks.some(hasFailed))
    const early = endOf(leader)
    if (early !== null) return { type: 'end', end: early }
    if (this.closed) return closedOutcome
    const first = this.ranks.find(hasFailed)
    if (this.stepMs > 0) await this.letSave(leader) // before a step there is nothing to save: a port may be taken
    // A rank that failed by itself says why; the others say only that they have lost it, and may have done so before.
    await this.until(
      SETTLE_MS,
      () => this.ranks.some(saysWhy) || this.ranks.every(({ ended }) => ended !== null),
    )
    const end = endOf(leader)
    if (end !== null) return { type: 'end', end }
    const own = this.ranks.find(saysWhy)
    const { failure, gone } = (own ?? first)?.ended as { failure: Failure; gone: boolean }
    const lost = gone || failure.code === 'ranks.lost'
    return { type: 'failed', failure, lost, rank: own?.job.rank ?? null }
  }

  /** The leader saves when it meets the loss; where it is gone, the first of the others that waits does. */
  private async letSave(leader: Rank): Promise<void> {
    const notice = NOTICE_MS + 2 * this.stepMs
    await this.until(notice, () => leader.ended !== null || leader.phase === 'saving')
    if (leader.ended === null && leader.phase === 'saving')
      await this.until(SAVE_MS, () => leader.ended !== null)
    const isGone = leader.ended === null || ('gone' in leader.ended && leader.ended.gone)
    if (!isGone) return
    const left = (): Rank[] => this.ranks.filter((rank) => rank !== leader && rank.ended === null)
    await this.until(notice, () => left().length === 0 || left().some(({ waits }) => waits))
    const saver = left().find(({ waits }) => waits)
    if (saver === undefined) return
    saver.trainer.call('request', 'resume').catch(() => undefined)
    await this.until(SAVE_MS, () => saver.ended !== null)
  }

  /** Waits until it is so, and meanwhile looks after processes that are stopped. */
  private async until(most: number, isSo: () => boolean): Promise<void> {
    const end = performance.now() + most
    while (!this.closed && !isSo() && performance.now() < end) {
      const woken = new Promise<void>((resolve) => (this.wake = resolve))
      const looking = new AbortController()
      await Promise.race([
        woken,
        setTimeout(LOOK_MS, undefined, { signal: looking.signal }).catch(() => undefined),
      ])
      looking.abort()
      this.giveUpStopped()
      this.giveUpStuck()
    }
  }

  private giveUpStopped(): void {
    for (const rank of this.ranks) {
      const now = performance.now()
      rank.stoppedSince = isStopped(rank.trainer.pid()) ? (rank.stoppedSince ?? now) : null
      if (rank.stoppedSince === null || now - rank.stoppedSince < STOPPED_MS) continue
      giveUp(rank, 'was stopped from outside (SIGSTOP)')
    }
  }

  private giveUpStuck(): void {
    const stuck = this.hangs.look(performance.now())
    const rank = stuck === null ? undefined : this.ranks[stuck.index]
    if (stuck === null || rank === undefined || rank.ended !== null) return
    if (rank.stoppedSince !== null) return // that says more of why
    giveUp(rank, `is stuck: the others have waited for it for ${String(stuck.seconds)} s in a step`)
  }
}

const closedOutcome: RanksOutcome = {
  type: 'failed',
  failure: { code: 'process.ended', message: 'The ranks were ended.' },
  lost: true,
  rank: null,
}

function giveUp(rank: Rank, why: string): void {
  if (rank.givenUp !== null) return
  rank.givenUp = why
  rank.trainer.kill()
}

/** Whether it is the failure of a rank itself, and not that of one that has lost another. */
function isOwn({ failure, gone }: { failure: Failure; gone: boolean }): boolean {
  return gone || failure.code !== 'ranks.lost'
}

function saysWhy({ ended }: Rank): boolean {
  return ended !== null && 'failure' in ended && isOwn(ended)
}

function endOf({ ended }: Rank): TrainEnd | null {
  return ended !== null && 'end' in ended ? ended.end : null
}

function hasFailed({ ended }: Rank): boolean {
  return ended !== null && 'failure' in ended
}

/** Whether the kernel says that the process is stopped by a signal: it will answer nobody. */
function isStopped(pid: number | undefined): boolean {
  if (pid === undefined) return false
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    return /^.[Tt]/.test(text.slice(text.lastIndexOf(')') + 1))
  } catch {
    return false // it has ended, or this is not Linux
  }
}
