/** What becomes of an entry's supervised tokens over the epoch, its repeats together. */
import type { PackingFacts } from '../api/types'

export interface Supervision {
  /** Before rendering and packing take any away. */
  given: number
  /** Cut off by rendering, cropped by packing, in conversations that are never trained. */
  cut: number
  cropped: number
  neverTrained: number
  /** What is left, as a share of what is given, 0 to 1; null where nothing is supervised. */
  kept: number | null
}

/** @returns null where it is not known yet */
export function supervisionOf(facts: PackingFacts | null, entry: number): Supervision | null {
  const found = facts?.entries.find((each) => each.entry === entry)
  if (found === undefined) return null
  const {
    supervised_cut_by_rendering: cut,
    supervised_cropped: cropped,
    supervised_never_trained: neverTrained,
  } = found
  const given = found.supervised + cut
  const kept = given === 0 ? null : 1 - Math.min(1, (cut + cropped + neverTrained) / given)
  return { given, cut, cropped, neverTrained, kept }
}
