/** What becomes of supervised tokens over the epoch: of an entry, its repeats together, of a task, or of a whole packing. */
import type { PackingFacts, PlanView } from '../api/types'

export interface Supervision {
  /** Before rendering and packing take any away. */
  given: number
  /** Cut off by rendering, cropped by packing, in conversations that are never trained. */
  cut: number
  cropped: number
  neverTrained: number
  /** The three together. */
  lost: number
  /** What is left, as a share of what is given, 0 to 1; null where nothing is supervised. */
  kept: number | null
}

type Counts = Pick<
  PlanView,
  'supervised' | 'supervised_cut_by_rendering' | 'supervised_cropped' | 'supervised_never_trained'
>

/** The one account of it: what rendering cuts off is given and lost too. */
export function supervisionIn(counts: Counts): Supervision {
  const {
    supervised_cut_by_rendering: cut,
    supervised_cropped: cropped,
    supervised_never_trained: neverTrained,
  } = counts
  const given = counts.supervised + cut
  const lost = cut + cropped + neverTrained
  const kept = given === 0 ? null : 1 - Math.min(1, lost / given)
  return { given, cut, cropped, neverTrained, lost, kept }
}

/** @returns null where it is not known yet */
export function supervisionOf(facts: PackingFacts | null, entry: number): Supervision | null {
  const found = facts?.entries.find((each) => each.entry === entry)
  return found === undefined ? null : supervisionIn(found)
}
