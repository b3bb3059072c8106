/**
 * What the ranks of a run tell one another between the steps. Everything here is called by all ranks in the same order,
 * and gives all of them the same: so they save, evaluate, pause and end at the same step, as one.
 *
 * A run of one rank has {@link ALONE}, for which all of this is nothing.
 */
import { setImmediate, setTimeout } from 'node:timers/promises'

import { MidbenchError } from '../../errors'

/** The longest time between two signs of life of a rank that works while others wait for it. */
const BEAT_MS = 2000

export interface Peers {
  readonly rank: number
  readonly worldSize: number
  /**
   * As many numbers of every rank as this one gives, by rank; exact.
   *
   * @throws MidbenchError `ranks.lost` where a rank is gone or does not come in time
   */
  gather(values: readonly number[]): readonly (readonly number[])[]
  /** A text of every rank, by rank. @param most bytes that a text may have: the same number at every rank */
  gatherText(text: string, most: number): readonly string[]
  /** The share of the time since the last such question that this rank has waited for the others; null at the first. */
  waitedShare(): number | null
  /** Seconds that a rank waits for the others. */
  readonly timeoutS: number
}

export const ALONE: Peers = {
  rank: 0,
  worldSize: 1,
  gather: (values) => [values],
  gatherText: (text) => [text],
  waitedShare: () => null,
  timeoutS: Infinity,
}

/** Rank 0's value. */
export function fromFirst(peers: Peers, value: number): number {
  return peers.worldSize === 1 ? value : (peers.gather([value])[0]?.[0] ?? value)
}

const [WORKS, DONE, FAILED] = [0, 1, 2]

/**
 * Waits until the work of every rank is done, however long it takes: ranks that work give a sign of life in between.
 *
 * @returns what this rank's work gave, once all are done
 * @throws what this rank's work throws; MidbenchError `ranks.lost` where another's has failed
 */
export async function together<Result>(peers: Peers, work: () => Promise<Result>): Promise<Result> {
  if (peers.worldSize === 1) return work()
  let state = WORKS
  const settled = work().finally(() => undefined)
  const ended = settled.then(
    () => (state = DONE),
    () => (state = FAILED),
  )
  const beat = Math.min(BEAT_MS, (peers.timeoutS * 1000) / 4)
  for (;;) {
    await Promise.race([ended, setTimeout(beat)])
    await setImmediate() // lets this rank handle its messages
    const states = peers.gather([state]).map(([each]) => each)
    const failed = states.indexOf(FAILED)
    if (failed !== -1 && failed !== peers.rank) throw otherFailed(failed)
    if (failed !== -1 || states.every((each) => each === DONE)) return settled
  }
}

/**
 * Rank 0 works, the others wait for it.
 *
 * @returns to every rank the number that rank 0's work gave
 */
export async function ledByFirst(peers: Peers, work: () => Promise<number>): Promise<number> {
  const own = await together(peers, () => (peers.rank === 0 ? work() : Promise.resolve(0)))
  return fromFirst(peers, own)
}

/** The error of a rank that ends because another one cannot go on. */
export function lost(why: string, cause?: unknown): MidbenchError {
  return new MidbenchError(
    {
      code: 'ranks.lost',
      message: `The ranks of this run cannot go on together: ${why}`,
      remedy: 'Resume the run: all ranks begin again from the last checkpoint.',
    },
    { cause },
  )
}

function otherFailed(rank: number): MidbenchError {
  return lost(`rank ${String(rank)} has failed, and says why.`)
}
