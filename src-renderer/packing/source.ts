/**
 * Where the batches in sight come from: the project as it is edited, or a run as it trained. Every question about
 * packed data is put to a source, and the answer holds while the source's context stays the same.
 */
import { gradAccumSteps } from '../../src-main/contract/contract'
import type { MixtureEntry, Project, RunConfig, RunDetail, SplitName } from '../api/types'
import { entryColours } from '../theme/colours'
import { entryName } from '../mixture/entry'

export interface PackingSource {
  /** Null where it is the project. */
  run: Pick<RunDetail, 'id' | 'name' | 'total_steps'> | null
  config: RunConfig
  /** The folder that the config's relative paths start from. */
  dir: string
  /** The rank whose batches they are, where several train; 0 where one does. */
  rank: number
  /** Names the source in a call. */
  of: ({ config: RunConfig; dir: string } | { runId: string }) & { rank?: number }
  /** Whether the data can be checked against what was trained on; always true for a project. */
  recorded: boolean
}

/** @param wanted the rank that was chosen; where there are fewer, the last one's batches are shown */
export function projectSource({ config, dir }: Pick<Project, 'config' | 'dir'>, wanted = 0): PackingSource {
  const rank = rankOf(config, wanted)
  return { run: null, config, dir, rank, of: { config, dir, ...named(rank) }, recorded: true }
}

/** @param wanted as in {@link projectSource} */
export function runSource(
  { detail, recorded }: { detail: RunDetail; recorded: boolean },
  wanted = 0,
): PackingSource {
  const { id: runId, config, dir } = detail
  const rank = rankOf(config, wanted)
  return { run: detail, config, dir, rank, of: { runId, ...named(rank) }, recorded }
}

/** The wanted rank, or the last where there are fewer. */
export function rankOf({ world_size: ranks }: Pick<RunConfig, 'world_size'>, wanted: number): number {
  return Math.max(0, Math.min(wanted, ranks - 1))
}

/** Whose batches they are in a file: the run, and the rank where several train; null for a project of one rank. */
export function whoseBatches({ run, rank, config }: PackingSource): string | null {
  const whose = [...(run ? [run.name] : []), ...(config.world_size > 1 ? [`rank ${String(rank)}`] : [])]
  return whose.length === 0 ? null : whose.join(' ')
}

function named(rank: number): { rank?: number } {
  return rank === 0 ? {} : { rank }
}

/** Micro-batches of an optimizer step; 1 where the options make no whole steps. */
export function batchesPerStep(config: RunConfig): number {
  const batches = gradAccumSteps(config)
  return Number.isInteger(batches) ? batches : 1
}

/** The first batch of a step, which counts from 1. */
export function firstBatchOf(step: number, config: RunConfig): number {
  return Math.max(0, step - 1) * batchesPerStep(config)
}

/** The entry of a mixture's list that a task of it, as spans number them, belongs to: repeats share theirs. */
export function entryOfTask(entries: readonly MixtureEntry[], task: number): number {
  return entries.flatMap(({ repeat = 1 }, index) => new Array<number>(repeat).fill(index))[task] ?? -1
}

export interface PackedTask {
  name: string
  /** Its colour number in every view. */
  colour: number
}

/** The tasks of a mixture by their index in it (the `task` of spans): an entry's repeats are tasks of their own. */
export function packedTasks({ train, val }: RunConfig['mixture'], split: SplitName): PackedTask[] {
  const colours = entryColours(train, val)[split]
  const entries: readonly MixtureEntry[] = split === 'train' ? train : val
  return entries.flatMap((entry, index) => {
    const task = { name: entryName(entry), colour: colours[index] ?? index }
    return new Array<PackedTask>(entry.repeat ?? 1).fill(task)
  })
}
