/** Where a branch's data begins, as the data thread opens it: for the branch itself, and for whoever looks at its batches. */
import { gradAccumSteps } from '../config/batches'
import type { RunConfig } from '../config/config.schema'
import type { BranchStart } from '../packing/branch-start'
import type { BranchRecord } from './branch-record.schema'

/** @returns undefined for a run that is no branch */
export function branchStart({
  branch,
  config,
}: {
  branch?: BranchRecord | undefined
  config: RunConfig
}): BranchStart | undefined {
  if (branch === undefined) return undefined
  const { parent, reading } = branch
  const { state, ranks = state && [state], exclude } = reading
  return { batches: parent.step * gradAccumSteps(config), states: ranks, exclude }
}
