/**
 * How many targets each row and each micro-batch of a plan has, and how many of them have few or none. A micro-batch's
 * loss is the mean over its targets, so that each of few targets weighs much, and one of none adds nothing.
 */
import type { BatchLayout } from './batch-packer'
import { FEW_TARGETS } from './plan.schema'

/** Rows whose targets are kept: 16 MiB. A plan of more has only its counts. */
const MOST_ROWS_KEPT = 2 ** 22

export class TargetCounts {
  rowsWithout = 0
  rowsFew = 0
  batchesWithout = 0
  batchesFew = 0
  /** The first micro-batch without a target, from 0; null where each has one. */
  firstWithout: number | null = null
  /** The first micro-batch that has a row without a target. */
  firstRowWithout: number | null = null
  private targets: Int32Array | null = new Int32Array(1024)
  private rows = 0

  /** @param seqLen inputs and targets a row, T */
  constructor(private readonly seqLen: number) {}

  /** [rows] targets of each row, batch after batch; null where there are too many rows to keep. */
  get perRow(): Int32Array | null {
    return this.targets?.subarray(0, this.rows) ?? null
  }

  /** @param targets [B] number of targets in each row of the batch */
  add({ index }: Pick<BatchLayout, 'index'>, targets: Int32Array): void {
    let all = 0
    for (const count of targets) {
      all += count
      if (count === 0) {
        this.rowsWithout++
        this.firstRowWithout ??= index
      } else if (count < FEW_TARGETS * this.seqLen) this.rowsFew++
    }
    if (all === 0) {
      this.batchesWithout++
      this.firstWithout ??= index
    } else if (all < FEW_TARGETS * this.seqLen * targets.length) this.batchesFew++
    this.keep(targets)
  }

  private keep(targets: Int32Array): void {
    const rows = this.rows + targets.length
    if (rows > MOST_ROWS_KEPT) this.targets = null
    if (this.targets !== null && rows > this.targets.length) {
      const larger = new Int32Array(Math.max(rows, 2 * this.targets.length))
      larger.set(this.targets)
      this.targets = larger
    }
    this.targets?.set(targets, this.rows)
    this.rows = rows
  }
}
