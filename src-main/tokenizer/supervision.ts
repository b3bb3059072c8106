/**
 * Which ids of a rendered conversation are supervised, that is, said by the assistant, in a form that is small and quick
 * to use: where each stretch of supervised ids begins and ends. A conversation has one or two stretches an answer, so
 * that this takes some 10 bytes where a mask takes a byte an id, and the supervised ids of any beginning of the
 * conversation are counted without its ids.
 */

/** Stretches as [first, end, first, end, …], ascending, each end exclusive. Rendering keeps 2048 ids, so 16 bits do. */
export type Stretches = Uint16Array

/** The ids that packing puts into rows, with what is supervised of them. */
export interface Tokens {
  /** [T] token ids. They may be shared: do not write to them. */
  ids: Int32Array
  stretches: Stretches
}

/** @param mask [T] 1 where the assistant is trained on the id */
export function stretchesOf(mask: Uint8Array): Stretches {
  const edges: number[] = []
  for (let at = mask.indexOf(1); at >= 0; at = mask.indexOf(1, at)) {
    edges.push(at)
    at = mask.indexOf(0, at)
    if (at < 0) at = mask.length
    edges.push(at)
  }
  return Uint16Array.from(edges)
}

/** Number of supervised ids among a conversation's first `length`. */
export function supervisedWithin(stretches: Stretches, length: number): number {
  let count = 0
  for (let i = 0; i < stretches.length; i += 2) {
    const first = stretches[i] ?? 0
    if (first >= length) break
    count += Math.min(stretches[i + 1] ?? 0, length) - first
  }
  return count
}
