/** What a project that branches off a run is told while it is edited, in the words of its start (runs/branch.ts). */
import { MidbenchError } from '../errors'
import type { RunConfig } from '../config/config.schema'
import type { DataIdentity } from '../packing/data-identity.schema'
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

/**
 * What is known of a branch that goes on from a checkpoint: the model, and what was trained before it.
 *
 * @param known as in {@link checkBranch}
 */
export function branchFacts(
  fork: Fork | MidbenchError | null,
  config: RunConfig,
  known: DataState | null,
): Partial<PreflightFacts> {
  if (fork === null || fork instanceof MidbenchError || fork.saved === null) return {}
  return { base: fork.saved.model, tokensBefore: tokensBefore(fork, config, identityOf(known)) }
}

/** Steps are numbered on; an epoch goes on only where its mixture is read on. */
function tokensBefore(fork: Fork, config: RunConfig, now: DataIdentity | null): number {
  if (config.num_iterations !== -1) return fork.step * config.total_batch_size
  const isOn = planBranch(fork, config, now).record.reading.state !== null
  return isOn ? fork.step * fork.config.total_batch_size : 0
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
  return planBranch(fork, config, identityOf(known)).findings
}

function identityOf(known: DataState | null): DataIdentity | null {
  return known === null || known instanceof MidbenchError ? null : (known.identity ?? null)
}
