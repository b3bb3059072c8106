/**
 * Which rank is stuck, though its process lives: in an endless loop, or in a read from a disk that does not answer.
 *
 * All ranks exchange in the same order, and each tells the number of an exchange as it begins it. While one is alone in
 * not having come to an exchange, the others wait for it. It is taken to be stuck after a minute, or after ten times the
 * longest step so far, whichever is more; time in which the whole machine slept does not count.
 *
 * Only within a step, and only after the first: compiling, saving, evaluating and answering may each take one rank as long
 * as they take, and are left to the timeout of the exchange. Where several ranks are late, or all are in the same
 * exchange, nobody can tell from here which is at fault.
 */
import type { TrainReport } from '../engine/trainer-calls'

export const PATIENCE_MS = 60_000
const STEPS_OF_PATIENCE = 10
/** The most that counts between two looks, which are a second apart. */
const MOST_BETWEEN_LOOKS_MS = 2000

export class HangWatch {
  private readonly exchanges: number[]
  private readonly phases: string[]
  /** Of the steps after the first; 0 before. */
  private longestStepMs = 0
  private hasStepped = false
  private waiting: { rank: number; exchange: number; ms: number } | null = null
  private lookedAt = 0

  /** @param ranks number of ranks of this machine. @param patienceMs time that a rank is given at least */
  constructor(
    ranks: number,
    private readonly patienceMs: number,
  ) {
    this.exchanges = new Array<number>(ranks).fill(0)
    this.phases = new Array<string>(ranks).fill('')
  }

  /** @param index of the rank among those of this machine; the first leads */
  hear(index: number, report: TrainReport): void {
    if (report.type === 'exchange') this.exchanges[index] = report.count
    if (report.type === 'phase') this.phases[index] = report.phase
    if (report.type !== 'step' || index !== 0) return
    if (this.hasStepped) this.longestStepMs = Math.max(this.longestStepMs, report.metric.dt_ms)
    this.hasStepped = true
  }

  /**
   * To be called about once a second.
   *
   * @param now milliseconds of a clock that never goes back
   * @returns the index of the rank that is stuck, and for how many seconds the others have waited; null where none is
   */
  look(now: number): { index: number; seconds: number } | null {
    const passed = Math.min(now - this.lookedAt, MOST_BETWEEN_LOOKS_MS)
    this.lookedAt = now
    const late = this.late()
    if (late === null) {
      this.waiting = null
      return null
    }
    const { waiting } = this
    const isSame = waiting?.rank === late.rank && waiting.exchange === late.exchange
    const ms = isSame ? waiting.ms + passed : 0
    this.waiting = { ...late, ms }
    const limit = Math.max(this.patienceMs, STEPS_OF_PATIENCE * this.longestStepMs)
    return ms < limit ? null : { index: late.rank, seconds: Math.round(ms / 1000) }
  }

  /** The one rank that the others wait for within a step. */
  private late(): { rank: number; exchange: number } | null {
    if (!this.hasStepped) return null
    const exchange = Math.min(...this.exchanges)
    const [rank, ...others] = [...this.exchanges.keys()].filter((index) => this.exchanges[index] === exchange)
    const isAlone = rank !== undefined && others.length === 0 && this.exchanges.length > 1
    return isAlone && this.phases[rank] === 'training' ? { rank, exchange } : null
  }
}
