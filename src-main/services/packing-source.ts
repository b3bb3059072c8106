/**
 * The source of packed batches to look at: the project as it is edited, or a run as it trained, from its stored options
 * and the record of its data.
 *
 * A run's batch is the one that it trained on, or an error that says what has changed since. Where a run has no record
 * (those from before 25 November 2026) this cannot be checked, and `recorded` says so.
 */
import type { SplitName } from '../data/mixture.schema'
import { MidbenchError } from '../errors'
import { dataChanges, readDataRecord, requireSameData } from '../packing/data-record'
import type { CallOptions } from '../threads/calls'
import { readBranchStart } from '../runs/branch-folder'
import type { RunConfig } from '../config/config.schema'
import type { RunManager } from '../runs/run-manager'
import type { RunDetail } from '../config/run.schema'
import type { DataAccess, OpenData } from './data-access'

/**
 * What is looked at: a config with the folder that its paths start from, or a run. Of several ranks, the batches of one.
 */
export type PackingSource = ({ config: RunConfig; dir: string } | { runId: string }) & {
  /** @default 0 */
  rank?: number | undefined
}

export type PackedData = OpenData & { config: RunConfig }

/** The options of a source. @throws MidbenchError `run.unknown` */
export function configOf(source: PackingSource, runs: Pick<RunManager, 'get'>): RunConfig {
  return 'runId' in source ? runs.get(source.runId).config : source.config
}

/** A run, and whether it has a record of its data. @throws MidbenchError `run.unknown` */
export async function describeRun(
  runId: string,
  runs: Pick<RunManager, 'get'>,
): Promise<{ detail: RunDetail; recorded: boolean }> {
  const detail = runs.get(runId)
  return { detail, recorded: (await readDataRecord(detail.dir)) !== null }
}

/**
 * The opened mixture of a source.
 *
 * @throws MidbenchError `run.unknown`; `packing.rank`; `run.data-changed` where a run's data has changed; what {@link DataAccess.of}
 *   throws, worded for a run where it is one
 */
export async function openSource(
  source: PackingSource,
  access: DataAccess,
  runs: Pick<RunManager, 'get'>,
  call: CallOptions = {},
): Promise<PackedData> {
  const { rank = 0 } = source
  requireRank(rank, configOf(source, runs))
  if (!('runId' in source))
    return {
      ...(await access.of(source.config, source.dir, call, 'project', { rank })),
      config: source.config,
    }
  const run = runs.get(source.runId)
  try {
    return { ...(await openRun(run, rank, access, call)), config: run.config }
  } catch (error) {
    throw error instanceof MidbenchError ? ofRun(run.name, error) : error
  }
}

async function openRun(
  { config, dir }: RunDetail,
  rank: number,
  access: DataAccess,
  call: CallOptions,
): Promise<OpenData> {
  const which = { rank, start: await readBranchStart(dir, config) }
  const opened = await access.of(config, dir, call, 'run', which)
  const then = await readDataRecord(dir)
  if (then === null || dataChanges(then, opened.data.identity).length === 0) return opened
  // it may have been opened before its files were put back
  const anew = await access.reopen(opened, config, dir, call, 'run', which)
  requireSameData(then, anew.data.identity)
  return anew
}

/** The error for a run whose data cannot be opened: nobody can edit the options that the original error names. */
function ofRun(name: string, error: MidbenchError): MidbenchError {
  const { code, message, remedy, issues } = error.toFailure()
  if (code === 'cancelled' || code === 'run.data-changed') return error
  return new MidbenchError(
    {
      code,
      message: `What ${name} was trained on cannot be opened: ${message}`,
      remedy: code.startsWith('hub.')
        ? remedy
        : 'Put the files back where the run found them, and try again.',
      issues,
    },
    { cause: error },
  )
}

/** @throws MidbenchError `packing.rank` */
function requireRank(rank: number, { world_size: ranks }: RunConfig): void {
  if (rank < ranks) return
  throw new MidbenchError({
    code: 'packing.rank',
    message: `There ${ranks === 1 ? 'is 1 rank' : `are ${String(ranks)} ranks`}, counted from 0, and so no rank ${String(rank)}.`,
    remedy: `Give a number up to ${String(ranks - 1)}.`,
  })
}

/** @throws MidbenchError `packing.conversation` */
export function requireConversation({ data }: OpenData, split: SplitName, conversation: number): void {
  const there = split === 'train' ? data.trainConversations : data.valConversations
  if (conversation < there) return
  throw new MidbenchError({
    code: 'packing.conversation',
    message: `The ${split} mixture has ${String(there)} conversations, counted from 0, and so no conversation ${String(conversation)}.`,
    remedy: `Give a number up to ${String(there - 1)}.`,
  })
}
