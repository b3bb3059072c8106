/**
 * Loader states along a plan, from which any batch can be packed without packing all those before it. States are kept
 * at even distances; when there are too many, every second one is dropped and the distance doubles. Memory is bounded:
 * about a million buffered indices in all, or 64 states for very large buffers.
 */
import type { BatchPacker } from './batch-packer'
import type { LoaderState } from './types'

const MOST_INDICES = 1_000_000

export class Checkpoints {
  /** states[i] is the state before batch i × distance. */
  private states: LoaderState[] = []
  private distance = 1
  private readonly most: number

  /** @param bufferSize conversations in a state's buffer */
  constructor(bufferSize: number) {
    this.most = Math.min(2048, Math.max(64, Math.floor(MOST_INDICES / bufferSize)))
  }

  /** Keeps the packer's state if its next batch, `batch`, is due to be kept. */
  consider(batch: number, packer: BatchPacker): void {
    if (batch !== this.states.length * this.distance) return
    this.states.push(packer.state())
    if (this.states.length <= this.most) return
    this.states = this.states.filter((_, i) => i % 2 === 0)
    this.distance *= 2
  }

  /** The last kept state at or before a batch; undefined where packing must begin at the start. */
  before(batch: number): LoaderState | undefined {
    return this.states[Math.min(Math.floor(batch / this.distance), this.states.length - 1)]
  }
}
