import { describe, expect, test } from 'vitest'

import { MidbenchError } from '../../../../src-main/errors'
import type { RunConfig } from '../../../../src-main/config/config.schema'
import type { BaseModel } from '../../../../src-main/runs/derive'
import {
  nothingKnown,
  preflight,
  type PreflightFacts,
  refuseBlocked,
} from '../../../../src-main/runs/preflight'
import type { Finding } from '../../../../src-main/runs/preflight.schema'
import type { PackingFacts } from '../../../../src-main/packing/packing-facts.schema'
import { tinyConfig } from '../../../support/checkpoints'
import { failureOf } from '../../../support/failure'
import { sampleConfig } from '../../../support/run-samples'
import { containing } from '../../../support/containing'

const base: BaseModel = { tag: 'd2', step: 7, config: tinyConfig, deviceBatchSize: 4 }

function config(options: Partial<RunConfig> = {}): RunConfig {
  const mixture: RunConfig['mixture'] = {
    train: [{ task: 'SmolTalk', split: 'train' }],
    val: [{ task: 'SmolTalk', split: 'test' }],
  }
  const sizes = { max_seq_len: 32, device_batch_size: 4, total_batch_size: 256, eval_tokens: 1280 }
  return { ...sampleConfig(), dtype: 'float32', save_every: 10, mixture, ...sizes, ...options }
}

/** What packing knows, of which only some is of interest. */
function packed(facts: Partial<PackingFacts>): PackingFacts {
  const none = { epoch_steps: 1, val_batches: null, longer_than_row: 0, conversations: 9 }
  const targets = {
    loss: 'all' as const,
    micro_batches: 4,
    without: 0,
    with_few: 0,
    first_step_without: null,
  }
  return { ...none, run: null, entries: [], targets, ...facts }
}

/** What is said of one option, by level. */
function about(path: string, options: Partial<RunConfig>, facts: Partial<PreflightFacts> = {}): Finding[] {
  const { findings } = preflight(config(options), { ...nothingKnown, base, ...facts })
  return findings.filter((finding) => finding.path === path)
}

const levels = (findings: Finding[]): string[] => findings.map((finding) => finding.level)

test('a sound config has nothing but passed checks', () => {
  const { findings } = preflight(config(), {
    ...nothingKnown,
    base,
    packing: packed({ epoch_steps: 9, val_batches: 20 }),
  })
  expect(new Set(levels(findings))).toEqual(new Set(['ok']))
  refuseBlocked(findings)
})

test('what follows from the options is derived', () => {
  const facts = { ...nothingKnown, base, packing: packed({ epoch_steps: 9 }), tokPerSec: 100 }
  const { derived } = preflight(config(), facts)
  expect(derived).toMatchObject({
    grad_accum_steps: 2,
    tokens_per_micro_batch: 128,
    tokens_per_step: 256,
    steps: 9,
    total_tokens: 2304,
    eval_batches: 10,
    seconds: 23.04,
    model: { tag: 'd2', step: 7, n_layer: 2, n_embd: 32 },
  })
  expect(derived.schedule?.lrm.at(0)).toEqual({ x: 1, y: 1 })
  expect(derived.schedule?.lrm.at(-1)?.x).toBe(9)
  expect(derived.schedule?.momentum.at(0)).toEqual({ x: 1, y: 0.85 })
  expect(derived.disk_bytes).toBeGreaterThan(4 * (derived.model?.parameters ?? 0))
  const unknown = preflight(config()).derived
  expect(unknown).toMatchObject({
    steps: null,
    seconds: null,
    model: null,
    disk_bytes: null,
    memory_bytes: null,
    schedule: null,
  })
})

describe('blockers', () => {
  test('an indivisible batch', () => {
    expect(levels(about('total_batch_size', { total_batch_size: 200 }))).toEqual(['block'])
    expect(preflight(config({ total_batch_size: 200 })).derived.grad_accum_steps).toBeNull()
  })

  test('no base checkpoint, or one of another vocabulary', () => {
    const missing = new MidbenchError({ code: 'checkpoint.missing', message: 'None.', remedy: 'Look.' })
    expect(about('model_tag', {}, { base: missing })).toEqual([
      { level: 'block', path: 'model_tag', message: 'None.', remedy: 'Look.' },
    ])
    expect(levels(about('model_tag', {}, { vocabSize: 71 }))).toEqual(['block'])
    expect(levels(about('model_tag', {}, { vocabSize: 70 }))).toEqual(['ok'])
  })

  test('a base of a form that its files do not tell wholly is a warning', () => {
    const later = { ...base, config: { ...tinyConfig, variant: '2026-01-16' as const } }
    expect(levels(about('model_tag', {}, { base: later }))).toEqual(['warn', 'ok'])
    const sure = { ...base, config: { ...tinyConfig, variant: '2026-03-14' as const } }
    expect(levels(about('model_tag', {}, { base: sure }))).toEqual(['ok'])
  })

  test('nothing to evaluate on', () => {
    const mixture = { train: config().mixture.train, val: [] }
    expect(levels(about('mixture.val', { mixture }))).toEqual(['block'])
    expect(levels(about('eval_tokens', { eval_tokens: 100 }))).toEqual(['block'])
    expect(levels(about('mixture.val', { mixture, eval_every: -1 }))).toEqual([])
  })

  test('a mixture that fills no step, and a disk that is full', () => {
    expect(levels(about('total_batch_size', {}, { packing: packed({ epoch_steps: 0 }) }))).toEqual([
      'block',
      'ok',
    ])
    const asked = about('total_batch_size', { num_iterations: 4 }, { packing: packed({ epoch_steps: 0 }) })
    expect(levels(asked)).toEqual(['warn', 'ok'])
    expect(levels(about('save_every', {}, { freeDiskBytes: 1000 }))).toEqual(['block'])
    expect(levels(about('save_every', {}, { freeDiskBytes: 1e12 }))).toEqual(['ok'])
  })

  test('stop a run, each with its remedy', async () => {
    const { findings } = preflight(config({ total_batch_size: 200, eval_tokens: 5 }))
    const failure = await failureOf(() => {
      refuseBlocked(findings)
    })
    expect(failure).toMatchObject({ code: 'run.blocked' })
    expect(failure.issues?.map((issue) => issue.path)).toEqual(['total_batch_size', 'eval_tokens'])
    expect(failure.issues?.every((issue) => issue.hint !== undefined)).toBe(true)
  })
})

describe('warnings', () => {
  test.each<[string, Partial<RunConfig>, Partial<PreflightFacts>]>([
    ['dtype', { dtype: 'bfloat16', engine: 'eager' }, {}],
    ['dtype', { dtype: 'bfloat16' }, { bfloat16: false }],
    ['max_seq_len', { max_seq_len: 64, total_batch_size: 512 }, {}],
    ['device_batch_size', { device_batch_size: 8 }, {}],
    ['device_batch_size', {}, { memoryBytes: 1e6 }],
    ['num_iterations', { num_iterations: 30 }, { packing: packed({ epoch_steps: 9 }) }],
    ['save_every', { save_every: -1 }, {}],
    ['eval_every', { eval_every: -1 }, {}],
    ['eval_tokens', {}, { packing: packed({ val_batches: 5 }) }],
  ])('%s %j %j', (path, options, facts) => {
    const findings = about(path, options, facts)
    expect(levels(findings)).toEqual(['warn'])
    expect(findings[0]?.message).not.toBe('')
  })

  test.each<[Partial<RunConfig>, Partial<PreflightFacts>]>([
    [{ dtype: 'bfloat16' }, { bfloat16: true }],
    [{ dtype: 'bfloat16' }, { bfloat16: null }],
    [{ dtype: 'float32' }, { bfloat16: false }],
    [{ dtype: 'bfloat16', device_type: 'cuda' }, { bfloat16: false }],
    [{ dtype: 'bfloat16' }, { bfloat16: false, device: 'NVIDIA H100 80GB HBM3, bfloat16, graph' }],
  ])('nothing is said of dtype with %j and %j', (options, facts) => {
    expect(about('dtype', options, facts)).toEqual([])
  })

  test('memory that is enough is a passed check, with both figures', () => {
    const [finding] = about('device_batch_size', {}, { memoryBytes: 3 * 2 ** 30 })
    expect(finding?.level).toBe('ok')
    expect(finding?.message).toMatch(/^A step takes about \d+ MiB of memory; a run may take 3.0 GiB here.$/)
  })

  test('how bytes of tokens are counted is said, where the two ways differ', () => {
    const counting = { by: 'bytes' as const, differing: 193, vocabSize: 32_768 }
    const said = (change: object) =>
      about('base_dir', {}, { data: { train: 1, val: 1, counting: { ...counting, ...change } } })
    expect(said({})).toMatchObject([{ level: 'ok', message: containing('193 of 32,768 tokens') }])
    expect(said({ by: 'either' })).toEqual([])
  })

  test('data that is not on this machine stops a run, each at its entry', () => {
    const lacking = [
      { path: 'mixture.val.0', label: 'openai/gsm8k, main test', dir: '/nano/task_data', unusable: null },
    ]
    const findings = about('mixture.val.0', {}, { lacking })
    expect(findings).toMatchObject([
      {
        level: 'block',
        message: 'openai/gsm8k, main test is not on this machine.',
        remedy: 'Download it in Mixture, to /nano/task_data, or name local files.',
      },
    ])
    const half = lacking.map((each) => ({ ...each, unusable: '/nano has no manifest.json' }))
    expect(about('mixture.val.0', {}, { lacking: half })).toMatchObject([
      { message: 'openai/gsm8k, main test is not on this machine: /nano has no manifest.json.' },
    ])
    expect(about('mixture.val.0', {}, { lacking: [] })).toEqual([])
  })

  test('blockers come first, passed checks last', () => {
    const { findings } = preflight(config({ total_batch_size: 200, save_every: -1 }), {
      ...nothingKnown,
      base,
    })
    expect(levels(findings)).toEqual([...levels(findings)].sort((a, b) => rank(a) - rank(b)))
    const rank0 = levels(findings)[0]
    expect(rank0).toBe('block')
  })
})

function rank(level: string): number {
  return ['block', 'warn', 'ok'].indexOf(level)
}

describe('ranks', () => {
  const ranks = (world_size: number, options: Partial<RunConfig> = {}): Finding[] =>
    about('world_size', { world_size, ...options }, { processors: 2 })

  test('their threads are said; more of them than processors are warned of, and those of other machines not', () => {
    expect(ranks(1)).toEqual([])
    expect(ranks(2)).toMatchObject([{ level: 'ok', message: '2 ranks on 2 processors, with 1 thread each.' }])
    const many = ranks(4, { total_batch_size: 512 })
    expect(many).toMatchObject([{ level: 'warn', remedy: 'Set world_size to 2 or less.' }])
    expect(many[0]?.message).toContain('4 ranks on 2 processors: they take turns')
    expect(ranks(4, { total_batch_size: 512, hosts: ['a:1', 'b:1', 'c:1', 'd:1'] })).toEqual([])
  })

  test('the memory of all of them counts', () => {
    const memory = { memoryBytes: 10 * 2 ** 20 }
    const [alone] = about('device_batch_size', {}, memory)
    const [two] = about('device_batch_size', { world_size: 2 }, memory)
    expect(alone?.message).toMatch(/^A step takes about/)
    expect(two?.message).toMatch(/^A step of 2 ranks takes about/)
    expect(two?.remedy).toMatch(/^Lower device_batch_size/) // one alone has no room either
    const needed = preflight(config(), { ...nothingKnown, base }).derived.memory_bytes ?? NaN
    const enough = { memoryBytes: 2.5 * needed }
    expect(about('device_batch_size', { world_size: 2 }, enough)).toMatchObject([{ level: 'ok' }])
    const four = about('device_batch_size', { world_size: 4, total_batch_size: 512 }, enough)
    expect(four).toMatchObject([{ level: 'warn' }])
    expect(four[0]?.remedy).toMatch(/^Set world_size to 2 or less\. /)
  })

  test('what each keeps of a shared state, and what the loss of one then costs', () => {
    const shared = (options: Partial<RunConfig>): Finding[] =>
      about('shard_optimizer', { world_size: 2, shard_optimizer: true, ...options }, { base })
    expect(shared({ shard_optimizer: false })).toEqual([])
    expect(shared({ world_size: 1 })).toMatchObject([{ level: 'warn' }])
    const [saves] = shared({ save_every: 10 })
    expect(saves?.level).toBe('ok')
    expect(saves?.message).toMatch(/^Each rank keeps \S+ MiB of the optimizer’s \S+ MiB of state\./)
    expect(saves?.message).toContain('goes on from its last save')
    const [never] = shared({ save_every: -1 })
    expect(never?.level).toBe('warn')
    expect(never?.message).toContain('the run starts anew')
  })

  test('an evaluation reads batches on each of them, and as many tokens', () => {
    const [said] = about('eval_tokens', { world_size: 2 })
    expect(said?.message).toMatch(/batches on each rank\.$/)
  })

  test('a step that they cannot share, the eager engine, and hosts that are not theirs are refused', () => {
    expect(about('total_batch_size', { world_size: 3 })[0]).toMatchObject({ level: 'block' })
    expect(about('total_batch_size', { world_size: 3 })[0]?.message).toContain('× 3 ranks')
    expect(about('engine', { world_size: 2, engine: 'eager' })).toMatchObject([{ level: 'block' }])
    expect(about('hosts', { world_size: 2, hosts: ['a:1'] })).toMatchObject([{ level: 'block' }])
    expect(about('hosts', { world_size: 2, hosts: ['a:1', 'a:1'] })[0]?.message).toContain('names a:1 twice')
  })
})
