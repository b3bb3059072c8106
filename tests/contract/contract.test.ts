/** The contract itself: its types as both sides see them, and inputs that its schemas must refuse. */
import { describe, expect, expectTypeOf, it } from 'vitest'

import {
  calls,
  events,
  type Answer,
  type CallInput,
  type CallName,
  type CallOutput,
  type CallParsed,
  type EventPayload,
} from '../../src-main/contract/contract'
import type { Histogram } from '../../src-main/checkpoint/histogram'
import type { TensorSummary } from '../../src-main/checkpoint/inspect'
import type { DoctorReport } from '../../src-main/native/doctor'
import type { GivenConfig, RunConfig } from '../../src-main/config/config.schema'
import type { RunMetrics } from '../../src-main/runs/run-events'
import type { RunSummary } from '../../src-main/config/run.schema'
import { sampleConfig } from '../support/run-samples'
import { sampleTalk } from '../support/talks'

describe('types', () => {
  it('derive from the schemas', () => {
    expectTypeOf<CallInput<'runs.pause'>>().toEqualTypeOf<{ runId: string }>()
    expectTypeOf<CallOutput<'runs.list'>>().toEqualTypeOf<RunSummary[]>()
    expectTypeOf<CallParsed<'project.edit'>['config']>().toEqualTypeOf<GivenConfig>()
    expectTypeOf<EventPayload<'run.changed'>>().toEqualTypeOf<{ run: RunSummary }>()
    expectTypeOf<'runs.reticulate'>().not.toExtend<CallName>()
  })

  it('let an edited config leave out what it does not give, and others for the handler to fill in', () => {
    expectTypeOf<CallParsed<'project.edit'>['config']['max_seq_len']>().toEqualTypeOf<number | undefined>()
    type Sent = CallInput<'runs.start'>['config']
    expectTypeOf<Pick<RunConfig, 'mixture'>>().toExtend<Sent>()
    expectTypeOf<CallParsed<'runs.start'>['config']['max_seq_len']>().toEqualTypeOf<number>()
  })

  it('make an answer either a value or a failure', () => {
    expectTypeOf<Extract<Answer<'runs.start'>, { ok: true }>['value']>().toEqualTypeOf<{ runId: string }>()
    expectTypeOf<Extract<Answer<'runs.start'>, { ok: false }>['failure']['code']>().toEqualTypeOf<string>()
  })

  it('take what the engine gives as it is', () => {
    expectTypeOf<TensorSummary[]>().toExtend<CallOutput<'checkpoints.tensors'>>()
    expectTypeOf<Histogram>().toExtend<CallOutput<'checkpoints.histogram'>>()
    expectTypeOf<RunMetrics>().toExtend<EventPayload<'run.metrics'>>()
    expectTypeOf<DoctorReport>().toExtend<CallOutput<'app.doctor'>>()
  })
})

describe('names', () => {
  it.each([...Object.keys(calls), ...Object.keys(events)])('%s is area.verb', (name) => {
    expect(name).toMatch(/^[a-z]+\.[a-z][A-Za-z]*$/)
  })
})

describe('inputs', () => {
  const config = sampleConfig()
  const at = { config, dir: '/project' }
  const variant = { packing: 'greedy-crop', seq_len: 512, batch_size: 8, buffer_size: 100 }
  const drawn = { temperature: 0.6, top_k: 50, seed: 42, max_tokens: 256, samples: 1 }
  const said = { as: 'conversation', messages: [{ role: 'user', content: 'hello' }] }
  const talk = {
    ...{ ...at, model: { of: 'checkpoint', dir: '/base', step: 1 }, prompt: said, sampling: drawn },
    ...{ alternatives: true, calculator: true, job: 'j1' },
  }
  const accepted: [CallName, unknown][] = [
    ['app.reveal', { path: '/runs/run-1' }],
    ['settings.update', {}],
    ['settings.update', { threads: null, theme: 'dark' }],
    ['project.open', {}],
    ['project.edit', { config: { mixture: config.mixture } }],
    ['project.check', { config: 'anything', dir: '/', facts: null }],
    ['mixture.lengths', { ...at, split: 'val', job: 'j1' }],
    ['mixture.conversation', { ...at, split: 'train', at: { index: 0 } }],
    ['mixture.conversation', { ...at, split: 'train', at: { task: 1, row: 2 } }],
    ['packing.batch', { ...at, split: 'train', batch: 0 }],
    ['packing.batch', { runId: 'r', split: 'train', batch: 0, job: 'j1' }],
    ['packing.layout', { runId: 'r', split: 'train', batch: 0 }],
    ['losses.batch', { runId: 'r', split: 'train', batch: 0, job: 'j1' }],
    ['packing.plan', { ...at, split: 'val', job: 'j1' }],
    ['packing.find', { ...at, split: 'train', conversation: 0, job: 'j1' }],
    ['packing.replay', { ...at, split: 'train', batch: 0, row: 0 }],
    ['packing.compare', { ...at, split: 'train', variants: [variant], job: 'j1' }],
    ['exports.save', { kind: 'csv', name: 'train batch 3.csv', content: new Uint8Array(3) }],
    ['exports.metrics', { runIds: ['a', 'b'], format: 'json', name: 'two runs.json', job: 'j1' }],
    ['talk.models', { ...at, job: 'j1' }],
    ['talk.answer', { ...talk, model: { of: 'base' }, prompt: { as: 'text', text: '' } }],
    ['talk.answer', { ...talk, model: { of: 'run', runId: 'r' }, begin: 'Sure', dtype: 'float32' }],
    ['talk.answer', { ...talk, begin: [1, 2], sampling: { ...drawn, top_k: null, samples: 8 } }],
    ['talk.keep', { place: '/p.talks', talk: sampleTalk() }],
    ['talk.rename', { place: '/p.talks', id: 'talk-1', name: ' mine ' }],
    ['talk.export', { place: '/p.talks', ids: null }],
    ['talk.prompt', { ...at, model: { of: 'base' }, prompt: said, job: 'j1' }],
    ['runs.start', { ...at, path: null }],
    ['runs.watch', { runId: 'r', fromStep: 0 }],
  ]
  it.each(accepted)('%s takes %o', (name, input) => {
    expect(calls[name].input.safeParse(input).success).toBe(true)
  })

  const refused: [CallName, unknown][] = [
    ['checkpoints.tensors', { dir: '/base', step: -1 }],
    ['checkpoints.histogram', { dir: '/base', step: 1, name: 'wte' }],
    ['app.reveal', { path: 7 }],
    ['settings.update', { threads: 0 }],
    ['settings.update', { theme: 'sepia' }],
    ['project.open', { path: null }],
    ['project.edit', { config: { ...config, max_seq_length: 1 } }],
    ['project.pickFile', { kind: 'executable' }],
    ['mixture.lengths', { ...at, split: 'test', job: 'j1' }],
    ['mixture.lengths', { ...at, split: 'val' }],
    ['mixture.conversation', { ...at, split: 'train', at: { index: -1 } }],
    ['mixture.conversation', { ...at, split: 'train', at: { task: 1 } }],
    ['mixture.search', { ...at, split: 'train', task: 0, text: '', job: 'j1' }],
    ['mixture.search', { ...at, split: 'train', task: -1, text: 'a', job: 'j1' }],
    ['mixture.export', { ...at, format: 'yaml' }],
    ['downloads.start', { ...at, id: 'cais/mmlu, all test' }],
    ['packing.batch', { ...at, split: 'train', batch: 0.5 }],
    ['packing.layout', { runId: 'r', split: 'train', batch: -1 }],
    ['packing.batch', { split: 'train', batch: 0 }],
    ['packing.batch', { config, split: 'train', batch: 0 }],
    ['packing.plan', { ...at, split: 'val' }],
    ['packing.find', { ...at, split: 'train', conversation: -1, job: 'j1' }],
    ['packing.replay', { ...at, split: 'train', batch: 0 }],
    ['packing.compare', { ...at, split: 'train', variants: [], job: 'j1' }],
    [
      'packing.compare',
      { ...at, split: 'train', variants: [{ ...variant, packing: 'worst-fit' }], job: 'j1' },
    ],
    ['packing.compare', { ...at, split: 'train', variants: Array(65).fill(variant), job: 'j1' }],
    ['exports.metrics', { runIds: [], format: 'json', name: 'no run.json', job: 'j1' }],
    ['exports.save', { kind: 'exe', name: 'batch.exe', content: new Uint8Array(3) }],
    ['exports.save', { kind: 'csv', name: '../../.bashrc', content: new Uint8Array(3) }],
    ['exports.save', { kind: 'csv', name: 'batch.csv', content: 'row,position' }],
    ['talk.models', at],
    ['talk.keep', { place: '/p.talks', talk: sampleTalk({ id: '../../.bashrc' }) }],
    ['talk.open', { place: '/p.talks', id: '..' }],
    ['talk.rename', { place: '/p.talks', id: 'talk-1', name: ' ' }],
    ['talk.export', { place: '/p.talks', ids: [] }],
    ['talk.answer', { ...talk, model: { of: 'checkpoint', dir: '/base' } }],
    ['talk.answer', { ...talk, model: { of: 'file', path: '/etc/passwd' } }],
    ['talk.answer', { ...talk, prompt: { as: 'conversation', messages: [] } }],
    ['talk.answer', { ...talk, prompt: { as: 'ids', ids: [-1] } }],
    ['talk.answer', { ...talk, sampling: { ...drawn, samples: 9 } }],
    ['talk.answer', { ...talk, sampling: { ...drawn, temperature: -1 } }],
    ['talk.answer', { ...talk, sampling: { ...drawn, max_tokens: 0 } }],
    ['runs.start', { ...at }],
    ['runs.watch', { runId: 'r', fromStep: -1 }],
    ['runs.pause', 'r'],
    ['runs.list', null],
  ]
  it.each(refused)('%s refuses %o', (name, input) => {
    expect(calls[name].input.safeParse(input).success).toBe(false)
  })
})
