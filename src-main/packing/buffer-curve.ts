/**
 * What the buffer held along a plan: how long conversations have waited in it, and how much of it fits in no row and so
 * offers nothing to choose. It is noted after batches at even distances; when there are too many notes, every second one
 * is dropped and the distance doubles.
 */

/** What a packer's buffer holds. Ages are in batches since a conversation was read. */
export interface BufferFigures {
  oldest: number
  mean: number
  /** Share of the buffered conversations that are longer than a row, 0 to 1. */
  tooLong: number
}

const MOST_NOTES = 2000

export class BufferCurve {
  /** Batches a note. */
  distance = 1
  private kept: BufferFigures[] = []

  /** Takes note of the buffer after a batch, where it is due. */
  consider(batch: number, packer: { bufferFigures(): BufferFigures }): void {
    if (batch !== this.kept.length * this.distance) return
    this.kept.push(packer.bufferFigures())
    if (this.kept.length <= MOST_NOTES) return
    this.kept = this.kept.filter((_, i) => i % 2 === 0)
    this.distance *= 2
  }

  /** The notes: note i is from after batch i × distance. */
  get notes(): readonly BufferFigures[] {
    return this.kept
  }
}
