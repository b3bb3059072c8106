/** A row of ten tokens filled by three placements: one that fits, one cropped where none fits. */
import type { ReplayStep, RowReplay } from '../../../../src-renderer/api/types'

export function sampleStep(over: Partial<ReplayStep> = {}): ReplayStep {
  return {
    offset: 0,
    remaining: 10,
    buffered: 3,
    fitting: 2,
    first_rank: 0,
    candidates: [
      { conversation: 7, task: 1, length: 12, order: 0, fits: false },
      { conversation: 9, task: 0, length: 8, order: 2, fits: true },
      { conversation: 8, task: 1, length: 3, order: 1, fits: true },
    ],
    chosen: 9,
    length: 8,
    cropped: 0,
    ...over,
  }
}

export function sampleReplay(): RowReplay {
  const cropping = sampleStep({ offset: 8, remaining: 2, fitting: 0, chosen: 7, length: 2, cropped: 10 })
  const candidates = cropping.candidates
    .filter(({ conversation }) => conversation !== 9)
    .map((candidate) => ({ ...candidate, fits: false }))
  return { batch: 4, row: 1, capacity: 10, steps: [sampleStep(), { ...cropping, buffered: 2, candidates }] }
}
