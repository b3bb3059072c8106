/** The whole preflight of a run, repeated when the run starts: what the window showed may have changed since. */
import type { DataLocations } from '../data/locations'
import { MidbenchError } from '../errors'
import type { DataIdentity } from '../packing/data-identity.schema'
import type { CallOptions } from '../threads/calls'
import type { RunConfig } from '../config/config.schema'
import { checkData } from './data-check'
import { lackingTasks } from './lacking-tasks'
import { preflight, refuseBlocked } from './preflight'
import { gatherFacts } from './preflight-facts'
import type { Finding } from './preflight.schema'
import { planBranch, type PlannedBranch } from './branch'
import type { Fork } from './fork'

/** What a start has found out. */
export interface CheckedStart {
  /** Warnings and passed checks. */
  findings: Finding[]
  /** Of a branch: what follows for it, and what it was opened with. */
  branch: (PlannedBranch & { data: DataIdentity }) | null
}

/**
 * @param config the config, with absolute paths
 * @param locations where the run's data and the person's data lie
 * @param fork where the run branches off; null for a run of its own
 * @throws MidbenchError `run.blocked` with one issue a blocker; `cancelled`
 */
export async function checkStart(
  config: RunConfig,
  { dataDir, ...locations }: DataLocations & { dataDir: string },
  fork: Fork | null,
  call: CallOptions,
): Promise<CheckedStart> {
  const data = await checkData(config, locations, call)
  const own = fork?.saved ? { base: fork.saved.model } : {} // a branch needs its base checkpoint no more
  const known = { data, lackingTasks: await lackingTasks(config, locations), ...own }
  const { findings } = preflight(config, await gatherFacts(config, locations.baseDir, dataDir, known))
  const identity = data instanceof MidbenchError ? null : (data.identity ?? null)
  const planned = fork && planBranch(fork, config, identity)
  const all = [...(planned?.findings ?? []), ...findings]
  refuseBlocked(all)
  return { findings: all, branch: planned && identity && { ...planned, data: identity } }
}
