/**
 * What all ranks must know of one another before a step and after an evaluation, so that each computes the same.
 *
 * The learning rates of a step follow rank 0's progress, and the first rank whose epoch ends ends it for all
 * (docs/REFERENCE.md §5, §6). Each rank also learns where the loaders of all others stand, so that any one of them can
 * save the whole run should the others be gone.
 */
import { z } from 'zod'

import type { StepMetric } from '../../config/run.schema'
import { loaderState } from '../../packing/loader-state.schema'
import type { LoaderState } from '../../packing/types'
import { type EvaluationSums, emptySums, type Evaluation } from '../evaluate'
import { fromFirst, type Peers } from './peers'

/** What one rank knows of its next step. */
interface OwnStep {
  /** Number of targets of each micro-batch; null where the epoch ended before the step was complete. */
  targets: readonly number[] | null
  /** Whether its last micro-batch ends the epoch. */
  lastStep: boolean
  progress: number
  /** Where its loader stands after the step. */
  loader: LoaderState | null
  /** Whether something else was done since the step before: an evaluation, answers, a save, a pause. */
  isAfterAside: boolean
}

export interface AgreedStep {
  /** Whether no rank's epoch ended in it. */
  complete: boolean
  lastStep: boolean
  progress: number
  figures: Pick<StepMetric, 'wait_by_rank' | 'memory_by_rank'>
  /** Of each micro-batch, by rank. */
  targets: number[][]
  /** By rank. */
  loaders: LoaderState[]
}

/** Room for the least text that ranks exchange, in bytes; see {@link roomFor}. */
const LEAST_ROOM = 256

const loaderText = z.string().transform((text) => loaderState.parse(JSON.parse(text)))

/**
 * @param gradAccumSteps micro-batches of a step
 * @throws MidbenchError `ranks.lost`
 */
export function agreeOnStep(peers: Peers, own: OwnStep, gradAccumSteps: number): AgreedStep {
  const targets = own.targets ?? new Array<number>(gradAccumSteps).fill(0)
  const loader = peers.worldSize === 1 ? '' : JSON.stringify(own.loader)
  const flags = [Number(own.targets !== null), Number(own.lastStep)]
  const waited = peers.waitedShare() // asked each time, since it is what was waited since the last question
  const figures = [own.isAfterAside ? NaN : (waited ?? NaN), process.memoryUsage.rss()]
  const told = peers.gather([...flags, own.progress, Buffer.byteLength(loader), ...figures, ...targets])
  const at = (rank: number, index: number): number => told[rank]?.[index] ?? 0
  const ranks = told.map((_, rank) => rank)
  const complete = ranks.every((rank) => at(rank, 0) === 1)
  return {
    complete,
    lastStep: ranks.some((rank) => at(rank, 1) === 1),
    progress: at(0, 2),
    figures: figuresOf(told.map(([, , , , waited = NaN, memory = NaN]) => [waited, memory])),
    targets: told.map((each) => each.slice(6)),
    loaders: complete
      ? tellLoaders(peers, own.loader, loader, roomFor(ranks.map((rank) => at(rank, 3))))
      : [],
  }
}

/** What each rank told of itself; nothing in a run of one. */
function figuresOf(told: readonly [waited: number, memory: number][]): AgreedStep['figures'] {
  if (told.length === 1) return { wait_by_rank: null, memory_by_rank: null }
  return {
    wait_by_rank: told.map(([waited]) => (Number.isNaN(waited) ? null : waited)),
    memory_by_rank: told.map(([, memory]) => memory),
  }
}

/** Bytes that hold every rank's text; few different numbers, since ranks open a session for each. */
function roomFor(bytes: readonly number[]): number {
  return Math.max(LEAST_ROOM, 2 ** Math.ceil(Math.log2(Math.max(...bytes))))
}

function tellLoaders(peers: Peers, own: LoaderState | null, text: string, most: number): LoaderState[] {
  if (own === null) return []
  if (peers.worldSize === 1) return [own]
  return peers.gatherText(text, most).map((each) => loaderText.parse(each))
}

/**
 * An evaluation over the batches of all ranks. Each rank adds in the same order, so all have the same bits.
 *
 * @param tasks indices of the tasks that are evaluated on
 */
export function overRanks(peers: Peers, own: Evaluation, tasks: readonly number[]): Evaluation {
  if (peers.worldSize === 1) return own
  const parts = [own, ...tasks.map((task) => own.byTask.get(task) ?? emptySums)]
  const told = peers.gather(parts.flatMap(numbersOf))
  const [all = emptySums, ...each] = parts.map((_, part) =>
    told.map((numbers) => sumsOf(numbers.slice(4 * part, 4 * part + 4))).reduce(added),
  )
  return { ...all, byTask: new Map(tasks.map((task, i) => [task, each[i] ?? emptySums])) }
}

function numbersOf({ nats, bytes, allNats, targets }: EvaluationSums): number[] {
  return [nats, bytes, allNats, targets]
}

function sumsOf([nats = 0, bytes = 0, allNats = 0, targets = 0]: readonly number[]): EvaluationSums {
  return { nats, bytes, allNats, targets }
}

function added(a: EvaluationSums, b: EvaluationSums): EvaluationSums {
  return sumsOf(numbersOf(a).map((value, i) => value + (numbersOf(b)[i] ?? 0)))
}

/** One of the names, as rank 0 gives it. */
export function namedByFirst<Name extends string>(
  peers: Peers,
  names: readonly Name[],
  own: () => Name,
): Name {
  if (peers.worldSize === 1) return own()
  const name = names[fromFirst(peers, peers.rank === 0 ? names.indexOf(own()) : 0)]
  if (name === undefined) throw new Error('ranks of different builds')
  return name
}
