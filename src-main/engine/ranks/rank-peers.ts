/**
 * The other ranks of a run, reached through TensorFlow's collective operations: about a millisecond a call, in which the
 * thread waits for all of them.
 *
 * Numbers cross as their bits, so nothing is rounded; every rank adds them up in the same order, and gets the same sums.
 */
import { MidbenchError } from '../../errors'
import type { Cluster } from '../../native/cluster'
import { DType } from '../../native/graph-def'
import type { GraphSession } from '../../native/graph-session'
import { gatherOverRanks } from '../graph/collectives'
import { Graph, toNodeDefs, valueName } from '../graph/graph'
import { lost, type Peers } from './peers'

const INPUT = 'own'

export class RankPeers implements Peers {
  readonly rank: number
  readonly worldSize: number
  /** Milliseconds waited, and when that was told last. */
  private waitedMs = 0
  private toldAt: number | null = null
  private exchanges = 0
  /** A session for each number of integers that was gathered. */
  private readonly sessions = new Map<number, { session: GraphSession; output: string }>()

  constructor(
    readonly cluster: Cluster,
    readonly timeoutS: number,
    /** Hears of each exchange as it begins, by its number: the same on all ranks. */
    private readonly onExchange: (count: number) => void = () => undefined,
  ) {
    this.rank = cluster.rank
    this.worldSize = cluster.worldSize
  }

  gather(values: readonly number[]): number[][] {
    const bits = new Int32Array(Float64Array.from(values).buffer)
    return this.gatherBits(bits).map((each) => [...new Float64Array(each.buffer)])
  }

  gatherText(text: string, most: number): string[] {
    const bytes = new TextEncoder().encode(text)
    if (bytes.length > most)
      throw new Error(`a text of ${String(bytes.length)} bytes, and at most ${String(most)}`)
    const room = new Int32Array(1 + Math.ceil(most / 4))
    room[0] = bytes.length
    new Uint8Array(room.buffer).set(bytes, 4)
    return this.gatherBits(room).map((each) =>
      new TextDecoder().decode(new Uint8Array(each.buffer, 4, each[0] ?? 0)),
    )
  }

  waitedShare(): number | null {
    const [waited, before, now] = [this.waitedMs, this.toldAt, performance.now()]
    this.waitedMs = 0
    this.toldAt = now
    return before === null ? null : Math.min(1, waited / (now - before))
  }

  /** Runs collective operations. @throws MidbenchError `ranks.lost` in place of TensorFlow's own error */
  meet<Result>(run: () => Result): Result {
    try {
      return this.cluster.quietly(run)
    } catch (error) {
      if (error instanceof MidbenchError && error.code === 'graph.run')
        throw lost(reason(error.message), error)
      throw error
    }
  }

  /** As many numbers of every rank as this one gives, by rank, to the bit; large ones too. */
  gatherFloats(data: Float32Array): Float32Array[] {
    const bits = new Int32Array(data.buffer, data.byteOffset, data.length)
    return this.gatherBits(bits).map((each) => new Float32Array(each.buffer))
  }

  private gatherBits(bits: Int32Array): Int32Array<ArrayBuffer>[] {
    const { session, output } = this.sessionFor(bits.length)
    const input = { dtype: DType.int32, shape: [1, bits.length], data: bits }
    this.onExchange(++this.exchanges)
    const began = performance.now()
    const [all] = this.meet(() => session.run({ [INPUT]: input }, [output])).map(({ data }) => data)
    this.waitedMs += performance.now() - began
    if (!(all instanceof Int32Array)) throw lost('TensorFlow gave nothing of the other ranks.')
    return Array.from({ length: this.worldSize }, (_, rank) =>
      Int32Array.from(all.subarray(rank * bits.length, (rank + 1) * bits.length)),
    )
  }

  private sessionFor(length: number): { session: GraphSession; output: string } {
    const known = this.sessions.get(length)
    if (known !== undefined) return known
    const { worldSize, timeoutS, cluster } = this
    const graph = new Graph()
    const own = graph.placeholder(INPUT, [1, length], DType.int32)
    const all = gatherOverRanks(graph, own, { worldSize, timeoutS, key: cluster.nextKey() })
    const opened = { session: cluster.open(toNodeDefs(graph)), output: valueName(all) }
    this.sessions.set(length, opened)
    return opened
  }
}

/** TensorFlow's message without the parts about where in its graph it happened. */
function reason(message: string): string {
  if (/timed out/i.test(message)) return 'one of them did not come in time.'
  if (/refused|reset by peer|unavailable|failed to connect|Socket closed/i.test(message)) {
    return 'one of them is gone.'
  }
  return message
}
