/**
 * Loader states along a plan, from which any batch can be packed without packing all those before it. States are kept
 * at even distances; when there are too many, every second one is dropped and the distance doubles. Memory is bounded:
 * about a million buffered indices in all, or 64 states for very large buffers.
 */
import { MidbenchError } from '../errors'
import type { BatchPacker } from './batch-packer'
import type { LoaderState, PackingOptions } from './types'

const MOST_INDICES = 1_000_000

export class Checkpoints {
  /** states[i] is the state before batch first + i × distance. */
  private states: LoaderState[] = []
  private distance = 1
  private readonly most: number
  /** The plan's first batch: 0, or that with which a branch begins. */
  private readonly first: number

  constructor({ bufferSize, start }: Pick<PackingOptions, 'bufferSize' | 'start'>) {
    this.most = Math.min(2048, Math.max(64, Math.floor(MOST_INDICES / bufferSize)))
    this.first = start?.batches ?? 0
  }

  /** Keeps the packer's state if its next batch, `batch`, is due to be kept. */
  consider(batch: number, packer: BatchPacker): void {
    if (batch - this.first !== this.states.length * this.distance) return
    this.states.push(packer.state())
    if (this.states.length <= this.most) return
    this.states = this.states.filter((_, i) => i % 2 === 0)
    this.distance *= 2
  }

  /**
   * The last kept state at or before a batch; undefined where packing must begin at the start.
   *
   * @throws MidbenchError `packing.before-branch` for a batch that only the parent of a branch has
   */
  before(batch: number): LoaderState | undefined {
    if (batch < this.first) throw beforeBranch(batch, this.first)
    const index = Math.floor((batch - this.first) / this.distance)
    return this.states[Math.min(index, this.states.length - 1)]
  }
}

function beforeBranch(batch: number, first: number): MidbenchError {
  return new MidbenchError({
    code: 'packing.before-branch',
    message: `Batch ${String(batch)} is of the run that this one branched off: its own batches begin with ${String(first)}.`,
    remedy: 'Look at the batches of that run.',
  })
}
