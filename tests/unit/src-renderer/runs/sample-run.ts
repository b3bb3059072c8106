/**
 * A run as the Runs table gets it, and a config, with what a test wants otherwise.
 */
import { resolveConfig } from '../../../../src-main/contract/contract'
import { parseGiven } from '../../../../src-renderer/api/defaults'
import type { GivenConfig, Project, RunConfig, RunSummary } from '../../../../src-renderer/api/types'

export function sampleRun(over: Partial<RunSummary> = {}): RunSummary {
  return {
    id: 'r1',
    name: 'first',
    note: '',
    tags: [],
    starred: false,
    state: 'training',
    created_at: 1000,
    updated_at: 1000,
    step: 0,
    total_steps: 100,
    progress: 0,
    last_loss: null,
    best_val_bpb: null,
    tok_per_sec: null,
    training_time_s: 0,
    device: 'CPU, 2 threads, float32, eager',
    dir: '/runs/r1',
    checkpoints: [],
    error: null,
    parent: null,
    spark: [],
    ...over,
  }
}

export function sampleConfig(over: object = {}): RunConfig {
  const given = parseGiven({ mixture: { train: [{ task: 'SmolTalk', split: 'train' }], val: [] }, ...over })
  if (!given) throw new Error('the sample config is none')
  return resolveConfig(given, null).config
}

/** The project `p`, which has no file, with what a config makes of it where there is no base to inherit from. */
export function projectOf(given: GivenConfig): Project {
  const place = { id: 'p', name: 'p', path: null, dir: '/p', read_only: false, modified: false, branch: null }
  return { ...place, given, base: null, config: resolveConfig(given, null).config }
}
