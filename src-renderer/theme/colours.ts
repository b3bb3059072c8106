/**
 * Which of the eight colours a task has. Train entries take them in order; a val entry takes the colour of the train
 * entry with the same data, so that SmolTalk is one colour in every table, strip and chart. Repeats of an entry share
 * its colour. Beyond eight the colours come round again, and the pattern tells them apart.
 */
import { kindOf, namedFiles } from '../../src-main/contract/contract'
import type { MixtureEntry, SplitName, SplitSummary } from '../api/types'

export const TASK_COLOURS = 8

/** Which of the eight patterns goes with a colour number: its own among the first eight, shifted with every round. */
export function patternOf(colour: number): number {
  return (colour + Math.floor(colour / TASK_COLOURS)) % TASK_COLOURS
}

/** A key for an entry's data, whatever its split and slice. */
function dataOf(entry: MixtureEntry): string {
  const own = kindOf(entry).files.standard === null ? namedFiles(entry) : []
  return [entry.task, ...own].join(' ')
}

export interface EntryColours {
  /** Colour numbers from 0, one per entry; number modulo 8 is the hue, the rest the pattern. */
  train: number[]
  val: number[]
}

export function entryColours(train: readonly MixtureEntry[], val: readonly MixtureEntry[]): EntryColours {
  const free = train.map((entry, colour) => ({ data: dataOf(entry), colour }))
  let next = train.length
  const valColours = val.map((entry) => {
    const match = free.findIndex(({ data }) => data === dataOf(entry))
    return match === -1 ? next++ : (free.splice(match, 1)[0]?.colour ?? next++)
  })
  return { train: train.map((_, index) => index), val: valColours }
}

/** Colour number of each task of a split, by the task's index in the mixture (the `task` of spans). */
export function taskColours(summary: SplitSummary, split: SplitName, colours: EntryColours): number[] {
  const result: number[] = []
  for (const task of summary.tasks) result[task.index] = colours[split][task.entry] ?? task.entry
  return result
}
