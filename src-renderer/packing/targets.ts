/**
 * Targets along the epoch: which rows and micro-batches have few or none that count in the loss, where they lie on the
 * epoch's strip, and the next of them in reading order.
 */
import { FEW_TARGETS } from '../../src-main/contract/contract'
import type { BatchView, PlanView } from '../api/types'

/** A row of a batch. */
export interface RowPlace {
  batch: number
  row: number
}

type Targets = Pick<PlanView, 'targets' | 'batch_size' | 'seq_len' | 'batches'>

/** Places of the marks: as fine as a wide window shows. */
const PLACES = 1000

/** Marks in a box of 1 × 1, as SVG paths of upright strokes; each mark is drawn once, for the gravest of what is there. */
export interface TargetMarks {
  /** Where a micro-batch has no target: the whole height. */
  batches: string
  /** Where a row has none. */
  rows: string
  /** Where a row has few. */
  few: string
}

/** Nothing, a row with few targets, a row without any, a micro-batch without any: the graver, the greater. */
type Grade = 0 | 1 | 2 | 3

/** The marks of a plan; none where it has too many rows to keep their numbers. */
export function targetMarks(plan: Targets): TargetMarks {
  const grades = gradesOf(plan)
  const strokes = (grade: Grade, from: number): string =>
    grades.map((found, at) => (found === grade ? `M${at / (grades.length - 1 || 1)} ${from}V1` : '')).join('')
  return { batches: strokes(3, 0), rows: strokes(2, 0.62), few: strokes(1, 0.82) }
}

/** The gravest of what lies in each place, from the first batch to the last. */
function gradesOf(plan: Targets): Grade[] {
  const { per_row: perRow } = plan.targets
  if (perRow === null || plan.batches === 0) return []
  const places = Math.min(PLACES, plan.batches)
  const grades = new Array<Grade>(places).fill(0)
  for (let batch = 0; batch < plan.batches; batch++) {
    const at = places === 1 ? 0 : Math.round((batch / (plan.batches - 1)) * (places - 1))
    const grade = gradeOf(perRow.subarray(batch * plan.batch_size, (batch + 1) * plan.batch_size), plan)
    if (grade > (grades[at] ?? 0)) grades[at] = grade
  }
  return grades
}

function gradeOf(rows: Int32Array, { seq_len: positions }: Targets): Grade {
  let [grade, any]: [Grade, boolean] = [0, false]
  for (const targets of rows) {
    if (targets > 0) any = true
    if (targets === 0) grade = 2
    else if (targets < FEW_TARGETS * positions && grade === 0) grade = 1
  }
  return any ? grade : 3
}

/** Rows that are stepped through: those without a target, or with few or none. */
export type Lacking = 'none' | 'few'

/** The next row that lacks targets, or the one before; null where there is none, or rows are too many to be known. */
export function rowLacking(plan: Targets, lacking: Lacking, from: RowPlace, by: 1 | -1): RowPlace | null {
  const { per_row: perRow } = plan.targets
  if (perRow === null) return null
  const enough = lacking === 'none' ? 1 : FEW_TARGETS * plan.seq_len
  const start = from.batch * plan.batch_size + from.row
  for (let at = Math.min(start, perRow.length) + by; at >= 0 && at < perRow.length; at += by) {
    const targets = perRow[at] ?? 0
    if (targets === 0 || targets < enough)
      return { batch: Math.floor(at / plan.batch_size), row: at % plan.batch_size }
  }
  return null
}

/** Whether the token at a position counts in the loss as a target. */
export function countsAt(
  { loss, mask, pad_from: padFrom, seq_len: positions }: BatchView,
  { row, position }: { row: number; position: number },
): boolean {
  if (position === 0 || position >= (padFrom[row] ?? 0)) return false
  return loss === 'all' || mask[row * (positions + 1) + position] === 1
}

/** Targets of a micro-batch that count. */
export function countedTargets({ targets }: Pick<BatchView, 'targets'>): number {
  return targets.reduce((sum, count) => sum + count, 0)
}
