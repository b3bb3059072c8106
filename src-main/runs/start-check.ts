/** The whole preflight of a run, repeated when the run starts: what the window showed may have changed since. */
import type { DataLocations } from '../data/locations'
import type { CallOptions } from '../threads/calls'
import type { RunConfig } from '../config/config.schema'
import { checkData } from './data-check'
import { lackingTasks } from './lacking-tasks'
import { preflight, refuseBlocked } from './preflight'
import { gatherFacts } from './preflight-facts'
import type { Finding } from './preflight.schema'

/**
 * @param config the config, with absolute paths
 * @param locations where the run's data and the person's data lie
 * @returns warnings and passed checks
 * @throws MidbenchError `run.blocked` with one issue a blocker; `cancelled`
 */
export async function checkStart(
  config: RunConfig,
  { dataDir, ...locations }: DataLocations & { dataDir: string },
  call: CallOptions,
): Promise<Finding[]> {
  const data = await checkData(config, locations, call)
  const known = { data, lackingTasks: await lackingTasks(config, locations) }
  const { findings } = preflight(config, await gatherFacts(config, locations.baseDir, dataDir, known))
  refuseBlocked(findings)
  return findings
}
