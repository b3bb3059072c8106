/**
 * Where the train loaders of a branch begin: at the places of its parent's loaders, or at the mixture's start.
 *
 * With as many ranks as the parent had, each goes on with the state of the parent's. With another number of ranks, or
 * where `exclude` differs, the branch takes up what the parent has left: what it had read and not yet trained, those that
 * its slower ranks had not read yet included, is dealt out to the buffers of the branch's ranks in the order of the
 * mixture, and all read on from the place behind which no rank had read. So no conversation is trained twice and none is
 * lost; a buffer that begins with more than it holds is emptied before it reads on.
 *
 * The parent's batches are counted in the branch's micro-batches, so that a step's batches have the same numbers in
 * every run.
 */
import type { ExcludedRow } from '../data/exclude.schema'
import type { Mixture } from '../data/mixture'
import type { LoaderState } from './types'

export interface BranchStart {
  /** Batches of the parent's steps. */
  batches: number
  /** The loaders of the parent's ranks, in their order; null = the mixture is read from its start. */
  states: readonly LoaderState[] | null
  /** What the parent excluded. */
  exclude: readonly ExcludedRow[]
}

/** Which part of the mixture a loader reads: every `worldSize`th conversation, from `rank` on. */
interface Reader {
  rank: number
  worldSize: number
}

/** @param mixture the branch's; where there are states, it has the parent's entries and data */
export function branchState(
  { batches, states, exclude }: BranchStart,
  mixture: Pick<Mixture, 'length' | 'renumbered'>,
  { rank, worldSize }: Reader,
): LoaderState {
  if (states === null) return { cursor: rank, epoch: 1, consumed: 0, buffer: [], batches }
  const numbers = mixture.renumbered(exclude)
  const isAsBefore = numbers.length === mixture.length && numbers.every((number, before) => number === before)
  const own = states[rank]
  if (isAsBefore && own !== undefined && states.length === worldSize) return { ...own, batches }
  const { waiting, place } = whatIsLeft(states, numbers, mixture.length, worldSize)
  const buffer = waiting.filter((_, i) => i % worldSize === rank)
  const { cursor, epoch } = placeOf(place + rank, mixture.length)
  return { cursor, epoch, consumed: place / worldSize - buffer.length, buffer, batches }
}

/** What a parent has not trained. */
interface Left {
  /** What lies before the place, in the branch's numbers, in the order in which it is read. */
  waiting: number[]
  /** Of the mixture read again and again: nothing from here on was read. A multiple of the number of ranks. */
  place: number
}

/**
 * The ranks of a run read the mixture, again and again, as one endless row of places: rank r of W those that leave r when
 * divided by W.
 *
 * @param numbers of each conversation of the parent's mixture, its number in the branch's; -1 = it is not there
 * @param length conversations of the branch's mixture
 */
function whatIsLeft(
  states: readonly LoaderState[],
  numbers: Int32Array,
  length: number,
  worldSize: number,
): Left {
  const before = numbers.length
  const heads = states.map(({ cursor, epoch }) => (epoch - 1) * before + cursor)
  const end = Math.max(0, Math.max(...heads) - states.length + 1)
  const places = states.flatMap(({ buffer }, rank) => placesOf(buffer, heads[rank] ?? 0, before))
  for (const head of heads) for (let place = head; place < end; place += states.length) places.push(place)
  const waiting = places
    .sort((a, b) => a - b)
    .map((place) => numbers[place % before] ?? -1)
    .filter((number) => number >= 0)
  const { cursor, epoch } = placeOf(end, before)
  const next = numbers.subarray(cursor).find((number) => number >= 0)
  let place = next === undefined ? epoch * length : (epoch - 1) * length + next
  for (; place % worldSize !== 0; place++) waiting.push(place % length)
  return { waiting, place }
}

/** The places at which buffered conversations were read, the last possible ones before a rank's next. */
function placesOf(buffer: readonly number[], head: number, length: number): number[] {
  let next = head
  return buffer
    .toReversed()
    .map((conversation) => {
      next = conversation + length * Math.floor((next - 1 - conversation) / length)
      return next
    })
    .reverse()
}

function placeOf(place: number, length: number): Pick<LoaderState, 'cursor' | 'epoch'> {
  return { cursor: place % length, epoch: Math.floor(place / length) + 1 }
}
