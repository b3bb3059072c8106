/** What a project that branches off a run is told while it is edited, in the words of its start (runs/branch.ts). */
import { MidbenchError } from '../errors'
import type { RunConfig } from '../config/config.schema'
import { planBranch } from '../runs/branch'
import type { BranchOff } from '../runs/branch-off.schema'
import { type Fork, openFork } from '../runs/fork'
import type { DataState } from '../runs/preflight-data'
import type { PreflightFacts } from '../runs/preflight'
import type { Finding } from '../runs/preflight.schema'
import type { RunManager } from '../runs/run-manager'

/** Where the branch begins, or why it cannot begin there. */
export async function branchFork(
  { runId, step }: BranchOff,
  runs: Pick<RunManager, 'get'>,
): Promise<Fork | MidbenchError> {
  try {
    return await openFork(runs.get(runId), step)
  } catch (error) {
    if (error instanceof MidbenchError) return error
    throw error
  }
}

/** The model that a branch goes on with, where it is not the base checkpoint's. */
export function baseOf(fork: Fork | MidbenchError | null): Partial<PreflightFacts> {
  return fork === null || fork instanceof MidbenchError || !fork.saved ? {} : { base: fork.saved.model }
}

/** @param known the data as it was last opened; null where it was not */
export function checkBranch(
  fork: Fork | MidbenchError | null,
  config: RunConfig,
  known: DataState | null,
): Finding[] {
  if (fork === null) return []
  if (fork instanceof MidbenchError) {
    const { message, remedy = '' } = fork
    return [{ level: 'block', path: '', message, remedy }]
  }
  const data = known === null || known instanceof MidbenchError ? null : (known.identity ?? null)
  return planBranch(fork, config, data).findings
}
