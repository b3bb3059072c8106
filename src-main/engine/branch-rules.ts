/**
 * What a branch may do otherwise than its parent, and what its first step begins with.
 *
 * A branch goes on with the parent's weights, optimizer states and loss average; steps are numbered on. So all that
 * decides those arrays is fixed: the model, and the recipe, whose results lie elsewhere and in another form. Every other
 * option may change, since none of them is kept in a checkpoint. With no change the branch gives the same bits as the
 * parent going on.
 */
import { isDeepStrictEqual } from 'node:util'

import type { Issue } from '../errors'
import { evalBatches } from '../config/batches'
import { runConfig, type RunConfig } from '../config/config.schema'
import type { DataIdentity } from '../packing/data-identity.schema'
import { shownValue } from '../shown'
import type { BranchRecord } from './branch-record.schema'
import type { LoopState } from './loop-state'

/** Options that decide which arrays there are to go on with, and why each is fixed. */
const FIXED = {
  recipe: 'each recipe has a form of optimizer file and a folder of its own',
  model_tag: 'a branch goes on with its parent’s model',
  model_step: 'a branch goes on with its parent’s model',
  load_optimizer: 'a branch goes on with its parent’s optimizer states',
} as const satisfies Partial<Record<keyof RunConfig, string>>

/** What decides which tokens an evaluation reads, besides mixture.val and the number of rows. */
const EVALUATED = ['max_seq_len', 'packing', 'buffer_size', 'loss', 'world_size'] as const

/**
 * Why a branch cannot have these options, one issue for each.
 *
 * @param step steps of the parent that the branch goes on from
 */
export function branchIssues(then: RunConfig, now: RunConfig, step: number): Issue[] {
  const fixed = (Object.keys(FIXED) as (keyof typeof FIXED)[]).flatMap((path): Issue[] => {
    if (then[path] === now[path]) return []
    const message = `is ${shownValue(now[path])}; the parent has ${shownValue(then[path])}, and ${FIXED[path]}`
    return [{ path, message, hint: 'Put it back, or start a new run with it' }]
  })
  const { num_iterations: steps } = now
  if (steps === -1 || steps > step) return fixed
  const message = `is ${String(steps)}; the branch begins after step ${String(step)}, and this is its last`
  return [...fixed, { path: 'num_iterations', message, hint: `Give more than ${String(step)}` }]
}

/**
 * What a branch does otherwise, in words: `num_iterations 200 in place of 100`.
 *
 * @param isOn whether it reads on where the parent's loader stood
 */
export function branchChanges(then: RunConfig, now: RunConfig, isOn: boolean): string[] {
  const names = runConfig.keyof().options.filter((name) => !isDeepStrictEqual(then[name], now[name]))
  return names.flatMap((name) => {
    if (name === 'mixture') return mixtureChanges(then.mixture, now.mixture, isOn)
    if (name === 'exclude') return excludeChange(then.exclude, now.exclude)
    return `${name} ${shownValue(now[name])} in place of ${shownValue(then[name])}`
  })
}

function mixtureChanges(then: RunConfig['mixture'], now: RunConfig['mixture'], isOn: boolean): string[] {
  const train = isDeepStrictEqual(then.train, now.train)
    ? []
    : [isOn ? 'files in other places' : 'another mixture']
  return isDeepStrictEqual(then.val, now.val) ? train : [...train, 'another validation mixture']
}

function excludeChange(then: RunConfig['exclude'], now: RunConfig['exclude']): string[] {
  const [before, after] = [new Set(then.map(String)), new Set(now.map(String))]
  const left = [...after].filter((pair) => !before.has(pair)).length
  const back = [...before].filter((pair) => !after.has(pair)).length
  const amount = (of: number): string => (of === 1 ? 'one conversation' : `${String(of)} conversations`)
  return [
    ...(left === 0 ? [] : [`without ${amount(left)} more`]),
    ...(back === 0 ? [] : [`with ${amount(back)} taken back`]),
  ]
}

/**
 * Whether the branch reads on where the parent's loader stood: every conversation has the place in the shuffled mixture
 * that it had. Paths may be others, since data is known by its content; what is excluded is counted out again
 * (packing/branch-start.ts).
 */
export function readsOn(then: DataIdentity, now: DataIdentity, configs: [RunConfig, RunConfig]): boolean {
  const [before, after] = configs.map(({ mixture }) => mixture.train.map(orderOf))
  return (
    isDeepStrictEqual(then.train.map(identityOf), now.train.map(identityOf)) &&
    isDeepStrictEqual(before, after)
  )
}

/** Whether both evaluate on the same tokens. */
export function evaluatesAlike(
  then: DataIdentity,
  now: DataIdentity,
  configs: [RunConfig, RunConfig],
): boolean {
  const [before, after] = configs.map((config) => ({
    entries: config.mixture.val.map(orderOf),
    rows: evalBatches(config) * config.device_batch_size * config.world_size,
    ...Object.fromEntries(EVALUATED.map((name) => [name, config[name]])),
  }))
  const same = isDeepStrictEqual(then.val.map(identityOf), now.val.map(identityOf))
  return same && isDeepStrictEqual(before, after)
}

function identityOf({ identity }: DataIdentity['train'][number]): string {
  return identity
}

/** What of an entry decides which rows of its dataset it gives, and how often. */
function orderOf(entry: RunConfig['mixture']['train'][number]): unknown[] {
  const { start, stop, step = 1, repeat = 1 } = entry
  return [start ?? 0, stop ?? null, step, repeat]
}

/**
 * The state of the loop before a branch's first step. Its loader is opened at its own start (packing/branch-start.ts).
 * Progress is of the branch's own steps or its own epoch. What is asked anew of the model is not done yet.
 */
export function branchedLoop(loop: LoopState, record: BranchRecord, now: RunConfig): LoopState {
  const { config: then, reading, same_validation: comparable } = record
  const same = (...names: (keyof RunConfig)[]): boolean =>
    names.every((name) => isDeepStrictEqual(then[name], now[name]))
  const { loaders: _, ...alone } = loop // of several ranks; each opens its own
  return {
    ...alone,
    loader: null,
    finished: false,
    progress: progressOf(loop, then, now, reading.state !== null),
    ...(comparable ? {} : { evaluatedAt: -1, lastBpb: null, bestBpb: null }),
    sampledAt: same('sample_prompts') ? loop.sampledAt : -1,
    measuredAt: same('measure_tasks', 'measure_max_problems') ? loop.measuredAt : -1,
  }
}

/** Progress at the fork, 0 to 1. Of an epoch that is read anew it is 0; the first step gives it where it is not known. */
function progressOf(loop: LoopState, then: RunConfig, now: RunConfig, isOn: boolean): number {
  const { num_iterations: steps } = now
  if (then.num_iterations === steps) return steps === -1 && !isOn ? 0 : loop.progress
  return steps === -1 ? 0 : loop.step / steps
}
