/**
 * Takes the entries that cannot be read out of a mixture, and maps what is found out about the rest back to the whole
 * list, whose indices the person sees.
 */
import { CallError } from '../api/client'
import type { MixtureSummary, RunConfig, SplitName } from '../api/types'
import { count } from '../format/number'
import { excludeOfKept } from './exclude'

export interface ReadablePart {
  config: RunConfig
  /** Index in the whole list of each entry of the part. */
  entries: Record<SplitName, number[]>
  /** Entries in it. */
  left: number
}

/** The config without the entries that issues name (`mixture.train.2.filepath`). */
export function readablePart(config: RunConfig, issues: readonly { path: string }[]): ReadablePart {
  const faulty = new Set(issues.map(({ path }) => path.split('.').slice(0, 3).join('.')))
  const kept = (split: SplitName): number[] =>
    config.mixture[split].flatMap((_, index) => (faulty.has(`mixture.${split}.${index}`) ? [] : [index]))
  const entries = { train: kept('train'), val: kept('val') }
  const mixture = {
    train: config.mixture.train.filter((_, index) => entries.train.includes(index)),
    val: config.mixture.val.filter((_, index) => entries.val.includes(index)),
  }
  const exclude = excludeOfKept(config.exclude, entries.train)
  return { config: { ...config, mixture, exclude }, entries, left: entries.train.length + entries.val.length }
}

/** A part's summary, with its tasks' entries numbered as in the whole list. */
export function withEntriesOf({ entries }: ReadablePart, summary: MixtureSummary): MixtureSummary {
  const split = (name: SplitName): MixtureSummary['train'] => ({
    ...summary[name],
    tasks: summary[name].tasks.map((task) => ({ ...task, entry: entries[name][task.entry] ?? task.entry })),
  })
  return { train: split('train'), val: split('val') }
}

/** The issues of a refused part, with their paths as in the whole config. */
export function issuesOfWhole<T extends { path: string }>(
  { entries }: ReadablePart,
  issues: readonly T[],
): T[] {
  return issues.map((issue) => {
    const [area, split, index, ...rest] = issue.path.split('.')
    if (area !== 'mixture' || (split !== 'train' && split !== 'val')) return issue
    const at = entries[split][Number(index)]
    return at === undefined ? issue : { ...issue, path: [area, split, at, ...rest].join('.') }
  })
}

/** What is wrong besides data that only has to be downloaded; null where there is nothing else. */
export function faultBeyond(
  error: CallError,
  lacking: readonly { split: SplitName; index: number }[],
): CallError | null {
  const offered = new Set(lacking.map(({ split, index }) => `mixture.${split}.${index}`))
  const issues = error.issues.filter(({ path }) => !offered.has(path.split('.').slice(0, 3).join('.')))
  if (issues.length === error.issues.length) return error
  const [only] = issues
  if (!only) return null
  const message =
    issues.length === 1
      ? `${only.path}: ${only.message}`
      : `${count(issues.length, 'entry', 'entries')} cannot be read.`
  return new CallError({
    code: error.code,
    message,
    issues,
    remedy: 'Correct their options, or remove them.',
  })
}
