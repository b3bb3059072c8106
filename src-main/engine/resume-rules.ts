/**
 * The one place that says which options of a run may change when it resumes. A fixed option decides the bits of the
 * steps to come, or where they end, so that another value makes another run.
 *
 * Fewer rows a micro-batch give the same rows a step: both packings fill one row after another, so splitting a step
 * into more micro-batches moves no row. The sums are then taken in another order, which shows in the last digits of a
 * loss. Asking for more or fewer steps in total leaves the steps made so far the same, as long as the learning rates
 * have not begun to fall by either count.
 *
 * Of the mixture everything is fixed except the paths of its files: the files are compared by their content, as is the
 * nanochat folder's tokenizer (packing/data-record.ts).
 */
import { isDeepStrictEqual } from 'node:util'

import { type Issue, MidbenchError } from '../errors'
import { lrMultiplier } from '../optimizers/schedules'
import type { LoaderState } from '../packing/types'
import { runConfig, type RunConfig } from '../config/config.schema'
import { shownValue } from '../shown'
import type { LoopState } from './loop-state'

/** A rule that is a function returns what is wrong with the change after `step` steps, or null where it is allowed. */
type Rule = 'fixed' | 'free' | ((then: RunConfig, now: RunConfig, step: number) => string | null)

export const RESUME_RULES: Readonly<Record<keyof RunConfig, Rule>> = {
  recipe: 'fixed',
  run: 'free',
  loggers: 'free',
  device_type: 'fixed',
  dtype: 'fixed',
  engine: 'fixed',
  seed: 'fixed',
  world_size: ranksRule,
  hosts: 'free',
  shard_optimizer: 'free',
  base_dir: 'free',
  model_tag: 'fixed',
  model_step: 'fixed',
  load_optimizer: 'fixed',
  num_iterations: stepsRule,
  max_seq_len: 'fixed',
  device_batch_size: rowsRule,
  total_batch_size: 'fixed',
  packing: 'fixed',
  buffer_size: 'fixed',
  loss: 'fixed',
  optimizer: 'fixed',
  embedding_lr: 'fixed',
  unembedding_lr: 'fixed',
  matrix_lr: 'fixed',
  weight_decay: 'fixed',
  init_lr_frac: 'fixed',
  warmup_ratio: 'fixed',
  warmdown_ratio: 'fixed',
  final_lr_frac: 'fixed',
  eval_every: 'free',
  eval_tokens: 'fixed',
  sample_every: 'free',
  sample_prompts: 'free',
  measure_every: 'free',
  measure_tasks: 'free',
  measure_max_problems: 'free',
  record_losses: 'free',
  save_every: 'free',
  dry_run: 'fixed',
  output_tag: 'free',
  mixture: 'fixed',
  exclude: excludeRule,
}

/** Options of a mixture's entries that name the places of files. */
export const PLACES: ReadonlySet<string> = new Set(['filepath', 'data_files', 'word_list', 'source'])

export interface OptionChanges {
  /** One issue for each option that may not change. */
  refused: Issue[]
  /** Options that have changed and may change. */
  allowed: (keyof RunConfig)[]
}

/**
 * How a run's options now differ from those at its start.
 *
 * @param step number of steps that the run has made
 */
export function optionChanges(then: RunConfig, now: RunConfig, step: number): OptionChanges {
  const changes: OptionChanges = { refused: [], allowed: [] }
  for (const name of runConfig.keyof().options) {
    if (isDeepStrictEqual(then[name], now[name])) continue
    const refused = refusedBy(name, then, now, step)
    if (refused.length === 0) changes.allowed.push(name)
    else changes.refused.push(...refused)
  }
  return changes
}

/** @throws MidbenchError `run.options-changed` naming every option that may not change, with its old and new value */
export function requireSameOptions(then: RunConfig, now: RunConfig, step: number): void {
  const { refused } = optionChanges(then, now, step)
  if (refused.length === 0) return
  const names = refused.map(({ path }) => path).join(', ')
  throw new MidbenchError({
    code: 'run.options-changed',
    message: `The run began with other options (${names}): with these its steps would be those of another run.`,
    remedy:
      'Put those options back as they were to go on; or branch off the run with the options as they are now.',
    issues: refused,
  })
}

function refusedBy(name: keyof RunConfig, then: RunConfig, now: RunConfig, step: number): Issue[] {
  const rule = RESUME_RULES[name]
  if (rule === 'free') return []
  if (rule === 'fixed') return differences(name, then[name], now[name])
  const fault = rule(then, now, step)
  if (fault === null) return []
  const hint = name === 'world_size' ? { hint: branchHint(now, step) } : {}
  return [{ path: name, message: `is ${shown(now[name])}; ${fault}`, ...hint }]
}

function rowsRule(
  { device_batch_size: then }: RunConfig,
  { device_batch_size: now }: RunConfig,
): string | null {
  if (now < then && then % now === 0) return null
  return `the run goes on with ${String(then)}, or with fewer rows that divide it`
}

function ranksRule({ world_size: then }: RunConfig): string {
  const ranks = then === 1 ? 'one rank' : `${String(then)} ranks`
  return `the run began with ${ranks}, each of which has read its own share of the data`
}

/** How the run goes on with another number of ranks all the same. @param step the last that it is known to have made */
function branchHint({ world_size: ranks }: RunConfig, step: number): string {
  return `Branch it, and the ranks share out what is left: runs branch ID --step ${String(step)} --set world_size=${String(ranks)}`
}

/** The same rows in another order are the same mixture. */
function excludeRule({ exclude: then }: RunConfig, { exclude: now }: RunConfig): string | null {
  const [before, after] = [then, now].map((pairs) => new Set(pairs.map(String)))
  if (before?.size === after?.size && [...(before ?? [])].every((pair) => after?.has(pair))) return null
  const amount = before?.size === 1 ? 'one conversation' : `${String(before?.size)} conversations`
  return `the run began with ${amount} excluded, and the loader counts those that are left`
}

function stepsRule(then: RunConfig, now: RunConfig, step: number): string | null {
  const [before, after] = [then.num_iterations, now.num_iterations]
  const began = `the run began with ${String(before)}`
  if (before === -1 || after === -1)
    return `${began}, where -1 is one epoch, and each gives other learning rates`
  if (after <= step) return `the run has made ${String(step)} steps already`
  if (step === 0) return null
  if (then.warmup_ratio > 0) return `${began}, and its learning rates rose over a share of that number`
  if (lrMultiplier(step / before, then) < 1)
    return `${began}, and after step ${String(step)} its learning rates fall already`
  if (lrMultiplier(step / after, then) < 1)
    return `${began}, and its learning rates would have begun to fall before step ${String(step)}`
  return null
}

/**
 * A checkpoint's state for a run that goes on with other options, which {@link requireSameOptions} has accepted:
 * batches are recounted in the new size, progress in the new number of steps.
 */
export function continuedState(state: LoopState, then: RunConfig, now: RunConfig): LoopState {
  const finer = then.device_batch_size / now.device_batch_size
  const recounted = (loader: LoaderState): LoaderState => ({ ...loader, batches: loader.batches * finer })
  const loader = state.loader && recounted(state.loader)
  const loaders = state.loaders && { loaders: state.loaders.map(recounted) }
  const same = then.num_iterations === now.num_iterations
  return { ...state, loader, ...loaders, progress: same ? state.progress : state.step / now.num_iterations }
}

/** `device_batch_size 2 in place of 4`, for every option that has changed. */
export function changesText(then: RunConfig, now: RunConfig): string {
  const names = runConfig.keyof().options.filter((name) => !isDeepStrictEqual(then[name], now[name]))
  return names
    .map((name) =>
      name === 'mixture'
        ? 'its files in other places'
        : `${name} ${shown(now[name])} in place of ${shown(then[name])}`,
    )
    .join(', ')
}

/** One issue for each value that differs, however deep it lies. */
function differences(path: string, then: unknown, now: unknown): Issue[] {
  if (isDeepStrictEqual(then, now)) return []
  const [before, after] = [partsOf(then), partsOf(now)]
  if (before === null || after === null) {
    return [{ path, message: `is ${shown(now)}; ${whatItWas(then)}` }]
  }
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter((key) => !PLACES.has(key))
  return keys.flatMap((key) => differences(`${path}.${key}`, before.get(key), after.get(key)))
}

/** The members of a list or an object, by index or name; null for a plain value. */
function partsOf(value: unknown): Map<string, unknown> | null {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : null
}

function whatItWas(then: unknown): string {
  return then === undefined ? 'the run began without it' : `the run began with ${shown(then)}`
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return shownValue(value)
  return value === undefined ? 'not there' : JSON.stringify(value)
}
