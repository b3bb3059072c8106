/** Finds out where a run's result would go, and tests that by really writing there. Leaves nothing behind. */
import { join } from 'node:path'

import { locateBaseFolder } from '../checkpoint/base-folder'
import { phaseFolders } from '../checkpoint/nanochat-folder'
import { firstPlace, resultTag, standingOf } from '../checkpoint/result-place'
import { whyUnwritable } from '../checkpoint/try-folder'
import { freeSpaceIfKnown } from '../files/disk-space'
import type { RunConfig } from '../config/config.schema'
import { type BaseModel, checkpointBytes } from './derive'
import type { ResultFacts } from './preflight-result'
import { hasReport, reportFolder } from './report'

interface Places {
  /** The config's nanochat folder. */
  baseDir: string
  dataDir: string
  base: BaseModel
}

/** @returns null where the run writes no result */
export async function resultFacts(
  config: RunConfig,
  { baseDir, dataDir, base }: Places,
): Promise<ResultFacts | null> {
  if (config.dry_run) return null
  const { writeTo } = await locateBaseFolder(baseDir, dataDir)
  const folder = join(writeTo, phaseFolders[config.recipe])
  const wanted = resultTag(config, base.config.n_layer)
  const asked = join(folder, wanted)
  const isTaken = (await standingOf(asked, null)) === 'taken'
  const reportTrouble = hasReport(config) ? await whyUnwritable(reportFolder(writeTo)) : null
  const unwritable = (await whyUnwritable(folder)) ?? reportTrouble
  const dir = unwritable === null ? (await firstPlace(folder, wanted, null)).dir : asked
  return {
    wanted,
    taken: isTaken ? asked : null,
    dir,
    unwritable,
    bytes: checkpointBytes(base.config),
    freeBytes: await freeSpaceIfKnown(folder),
  }
}
