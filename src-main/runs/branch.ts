/**
 * What follows from a config for a branch: whether it can go on from there, what becomes of weights, data, schedule and
 * validation, and the record that the branch keeps. Pure.
 */
import type { RunConfig } from '../config/config.schema'
import type { BranchRecord } from '../engine/branch-record.schema'
import { branchChanges, branchedLoop, branchIssues, evaluatesAlike, readsOn } from '../engine/branch-rules'
import type { LoopState } from '../engine/loop-state'
import type { DataIdentity } from '../packing/data-identity.schema'
import { branchFindings } from './branch-findings'
import type { Fork } from './fork'
import type { Finding } from './preflight.schema'

/** What follows from a config for a branch. */
export interface PlannedBranch {
  findings: Finding[]
  record: BranchRecord
}

/**
 * @param config the branch's options, paths absolute
 * @param now its data as it was opened; null where it was not opened (yet): then nothing is said of it, and the record
 *   begins its mixture anew
 */
export function planBranch(fork: Fork, config: RunConfig, now: DataIdentity | null): PlannedBranch {
  const { parent, step, data, saved } = fork
  const configs: [RunConfig, RunConfig] = [fork.config, config]
  const isOn = saved !== null && data !== null && now !== null && readsOn(data, now, configs)
  const record: BranchRecord = {
    format: 'midbench-branch-1',
    parent: { ...parent, step, changes: branchChanges(fork.config, config, isOn) },
    config: fork.config,
    reading: { ...(isOn ? readingOf(saved.loop) : { state: null }), exclude: fork.config.exclude },
    same_validation: data !== null && now !== null && evaluatesAlike(data, now, configs),
  }
  const issues = branchIssues(fork.config, config, step)
  const loop = saved === null ? null : { then: saved.loop, now: branchedLoop(saved.loop, record, config) }
  return { record, findings: branchFindings(fork, { config, record, issues, loop, now }) }
}

function readingOf({ loader, loaders }: LoopState): Omit<BranchRecord['reading'], 'exclude'> {
  return loaders === undefined ? { state: loader } : { state: loader, ranks: loaders }
}
