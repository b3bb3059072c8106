/**
 * Time of a step on several ranks, by a model: each rank computes its micro-batches, then all reduce the gradients in a
 * ring, in which every rank sends and receives 2 (N - 1) / N of their bytes in 2 (N - 1) rounds. Ranks are taken to be
 * alike and the network to have no bottleneck of its own: on real machines both make it slower.
 *
 * The defaults are fitted to all-reduces of 40 MB (53 ms) and of 400 MB in 100 tensors (525 ms) between two ranks over
 * loopback on 2 cores (docs/LOG.md); they say nothing of another network.
 */
export const LOOPBACK = { bandwidth: 763e6, latency: 0.0003 } as const

export interface RankTime {
  /** Seconds. */
  compute: number
  reduce: number
}

interface RankTimeOptions {
  ranks: number
  batchesPerStep: number
  /** Seconds of a micro-batch on one rank, forward and backward. */
  microBatch: number
  /** Bytes of the gradients, float32. */
  bytes: number
  /** Bytes a second that one rank sends while it receives as many. */
  bandwidth: number
  /** Seconds of a round. */
  latency: number
}

export function rankTime(options: RankTimeOptions): RankTime {
  const { ranks, batchesPerStep, microBatch, bytes, bandwidth, latency } = options
  const rounds = 2 * (ranks - 1)
  return {
    compute: batchesPerStep * microBatch,
    reduce: rounds * latency + ((rounds / ranks) * bytes) / bandwidth,
  }
}
