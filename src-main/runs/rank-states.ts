/**
 * What each rank of an attempt is doing, from what it reports: told when a state changes, and looked at once a second for
 * ranks that wait.
 *
 * All ranks exchange in the same order, and each tells the number of an exchange as it begins it. So a rank whose number
 * is ahead of another's waits for that one.
 */
import type { RankState, RankStatus } from '../config/rank-status.schema'
import type { RankJob, TrainerPhase, TrainReport } from '../engine/trainer-calls'

const LOOK_MS = 1000
/** Longer than the time between the signs of life of a rank that works alone (engine/ranks/peers.ts). */
const WAITS_AFTER_MS = 3000

const STATES: Readonly<Record<TrainerPhase, RankState>> = {
  preparing: 'starting',
  compiling: 'compiling',
  training: 'training',
  evaluating: 'evaluating',
  saving: 'saving',
}
/** States in which a rank meets the others again and again. */
const MEETING: readonly RankState[] = ['compiling', 'training', 'evaluating']

interface Known {
  job: RankJob
  pid: () => number | undefined
  state: RankState
  /** The number of the last exchange that it began, and when. */
  exchange: number
  since: number
}

export class RankStates {
  private readonly known: readonly Known[]
  private told = ''
  private readonly looking: NodeJS.Timeout

  /** @param ranks those of this machine, each with its process's id once it has one */
  constructor(
    ranks: readonly { job: RankJob; pid: () => number | undefined }[],
    private readonly tell: (ranks: RankStatus[]) => void,
  ) {
    this.known = ranks.map((each) => ({ ...each, state: 'starting', exchange: 0, since: 0 }))
    this.looking = setInterval(() => {
      this.look()
    }, LOOK_MS).unref()
    this.look()
  }

  hear(rank: number, report: TrainReport): void {
    if (report.type === 'exchange') {
      const known = this.find(rank)
      if (known) [known.exchange, known.since] = [report.count, performance.now()]
    } else if (report.type === 'phase') this.enter(rank, STATES[report.phase])
    else if (report.type === 'paused') this.enter(rank, 'paused')
  }

  /** @param state how its process has ended */
  ended(rank: number, state: 'lost' | 'ended'): void {
    this.enter(rank, state)
  }

  close(): void {
    clearInterval(this.looking)
  }

  private find(rank: number): Known | undefined {
    return this.known.find(({ job }) => job.rank === rank)
  }

  private enter(rank: number, state: RankState): void {
    const known = this.find(rank)
    if (known) known.state = state
    this.look()
  }

  private look(): void {
    const now = performance.now()
    const last = Math.min(...this.known.map(({ exchange }) => exchange))
    const ranks = this.known.map(({ job, pid, state, exchange, since }): RankStatus => {
      const waits = MEETING.includes(state) && exchange > last && now - since >= WAITS_AFTER_MS
      const host = job.hosts[job.rank] ?? ''
      return { rank: job.rank, state: waits ? 'waiting' : state, host, pid: pid() ?? null }
    })
    const told = JSON.stringify(ranks)
    if (told === this.told) return
    this.told = told
    this.tell(ranks)
  }
}
