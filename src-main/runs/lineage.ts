/** The runs that a branch goes on from: its parent, whose parent may be another, back to the one that began with a base. */
import type { RunConfig } from '../config/config.schema'
import type { RunSummary } from '../config/run.schema'
import { exists } from '../files/durable'
import { readBranch } from './branch-folder'

type Parent = NonNullable<RunSummary['parent']>

/** A run that made the steps after those of the one before it, up to a fork; and what goes on from there otherwise. */
export interface Ancestor extends Parent {
  /** Its options at the fork. */
  config: RunConfig
}

export interface Lineage {
  /** The first run first; none for a run that is no branch. */
  runs: Ancestor[]
  /** False where a run is not there any more, or its folder is damaged: those that it went on from are not known either. */
  isWhole: boolean
}

/**
 * The runs that made the steps before a run's own.
 *
 * @param dir the run's folder
 * @param folderOf the folder of a run by its id
 */
export async function lineageOf(dir: string, folderOf: (id: string) => string | undefined): Promise<Lineage> {
  const runs: Ancestor[] = []
  for (let at: string | undefined = dir; at !== undefined && (await exists(at));) {
    const branch = await readBranch(at).catch(() => null)
    if (branch === undefined) return { runs, isWhole: true }
    if (branch === null || runs.some(({ id }) => id === branch.parent.id)) break
    runs.unshift({ ...branch.parent, config: branch.config })
    at = folderOf(branch.parent.id)
  }
  return { runs, isWhole: false }
}
