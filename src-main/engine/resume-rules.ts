/**
 * Which options a run may go on with otherwise than it began: the one place where that is said. A fixed option decides
 * the bits of the steps to come, or where they end, so that another value makes another run.
 *
 * Of the mixture everything is fixed but where its files lie: what they hold is compared by its content, as is the
 * nanochat folder's tokenizer (packing/data-record.ts).
 */
import { isDeepStrictEqual } from 'node:util'

import { type Issue, MidbenchError } from '../errors'
import { runConfig, type RunConfig } from '../runs/config.schema'

/** A rule of its own answers with what is wrong with the change, or null where it may be. */
type Rule = 'fixed' | 'free' | ((then: RunConfig, now: RunConfig) => Issue | null)

export const RESUME_RULES: Readonly<Record<keyof RunConfig, Rule>> = {
  run: 'free',
  device_type: 'fixed',
  dtype: 'fixed',
  engine: 'fixed',
  seed: 'fixed',
  base_dir: 'free',
  model_tag: 'fixed',
  model_step: 'fixed',
  num_iterations: 'fixed',
  max_seq_len: 'fixed',
  device_batch_size: 'fixed',
  total_batch_size: 'fixed',
  packing: 'fixed',
  buffer_size: 'fixed',
  embedding_lr: 'fixed',
  unembedding_lr: 'fixed',
  matrix_lr: 'fixed',
  weight_decay: 'fixed',
  init_lr_frac: 'fixed',
  eval_every: 'free',
  eval_tokens: 'fixed',
  save_every: 'free',
  dry_run: 'fixed',
  output_tag: 'free',
  mixture: 'fixed',
}

/** Options of a mixture's entries that say where files lie. */
const PLACES = new Set(['filepath', 'data_files', 'word_list'])

export interface OptionChanges {
  /** One issue an option that may not change. */
  refused: Issue[]
  /** Options that have changed and may. */
  allowed: (keyof RunConfig)[]
}

/** How the options of a run differ from those that it began with. */
export function optionChanges(then: RunConfig, now: RunConfig): OptionChanges {
  const changes: OptionChanges = { refused: [], allowed: [] }
  for (const name of runConfig.keyof().options) {
    if (isDeepStrictEqual(then[name], now[name])) continue
    const refused = refusedBy(name, then, now)
    if (refused.length === 0) changes.allowed.push(name)
    else changes.refused.push(...refused)
  }
  return changes
}

/** @throws MidbenchError `run.options-changed` that names every option that may not change, what it was and what it is */
export function requireSameOptions(then: RunConfig, now: RunConfig): void {
  const { refused } = optionChanges(then, now)
  if (refused.length === 0) return
  const names = refused.map(({ path }) => path).join(', ')
  throw new MidbenchError({
    code: 'run.options-changed',
    message: `The run began with other options (${names}): with these its steps would be those of another run.`,
    remedy:
      'Put those options back as they were to go on; or start a new run with the options as they are now.',
    issues: refused,
  })
}

function refusedBy(name: keyof RunConfig, then: RunConfig, now: RunConfig): Issue[] {
  const rule = RESUME_RULES[name]
  if (rule === 'free') return []
  if (rule === 'fixed') return differences(name, then[name], now[name])
  const issue = rule(then, now)
  return issue === null ? [] : [issue]
}

/** One issue a value that is another one, however deep it lies. */
function differences(path: string, then: unknown, now: unknown): Issue[] {
  if (isDeepStrictEqual(then, now)) return []
  const [before, after] = [partsOf(then), partsOf(now)]
  if (before === null || after === null) {
    return [{ path, message: `is ${shown(now)}; ${whatItWas(then)}` }]
  }
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter((key) => !PLACES.has(key))
  return keys.flatMap((key) => differences(`${path}.${key}`, before.get(key), after.get(key)))
}

/** What a list or an object holds, by index or name; null for a plain value. */
function partsOf(value: unknown): Map<string, unknown> | null {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : null
}

function whatItWas(then: unknown): string {
  return then === undefined ? 'the run began without it' : `the run began with ${shown(then)}`
}

function shown(value: unknown): string {
  return value === undefined ? 'not there' : JSON.stringify(value)
}
