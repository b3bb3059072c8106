// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PackingComparison } from '../../../../src-renderer/api/types'
import { calls } from '../../../../src-main/contract/contract'
import { CallError } from '../../../../src-renderer/api/client'
import { useCompare } from '../../../../src-renderer/composables/use-compare'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { POLICIES, type Variant } from '../../../../src-renderer/packing/variants'
import { answerWith, connect, inScope, made, send, settled } from '../main-process'
import { projectOf, sampleConfig } from '../runs/sample-run'

const config = sampleConfig()
/** Every policy with two sizes of the buffer. */
const ALL = 2 * POLICIES.length
const project = projectOf(config)
const never = (): Promise<never> => new Promise(() => undefined)

function packed(variant: Variant): PackingComparison {
  return {
    ...variant,
    batches: 10, rows: 20, steps: 5, tokens_used: 100, tokens_cropped: 10, tokens_padded: 0,
    utilisation: 1, loss_by_cropping: 0.1, conversations_cropped: 3, conversations_longer_than_row: 0,
    conversations_never_trained: 1,
  supervised: 440, supervised_used: 400, supervised_cropped: 30, supervised_never_trained: 14,
  supervised_cut_by_rendering: 60,
  rows_without_targets: 2, batches_without_targets: 1,
  } // prettier-ignore
}

beforeAll(() => connect())
beforeEach(async () => {
  await settled()
  answerWith({
    'project.current': () => project,
    'project.edit': ({ config: edited }) => projectOf(edited),
    'packing.compare': ({ variants }) => variants.map(packed),
    'jobs.cancel': () => ({}),
  })
})

async function used() {
  await useProject().load()
  await settled()
  return inScope(() => ({ ...useCompare(), project: useProject() }))
}
const asked = (): unknown[] => made.filter(({ name }) => name === 'packing.compare').map(({ input }) => input)

describe('useCompare', () => {
  it('packs the chosen variants one by one, and each only once', async () => {
    const { value, stop } = await used()
    expect(value.missing.value).toHaveLength(ALL)
    await value.compare()
    expect(asked()).toHaveLength(ALL)
    expect(value.rows.value.every(({ result }) => result !== null)).toBe(true)
    value.choices.value = { ...value.choices.value, lengths: [1024, 2048] }
    expect(value.missing.value.map(({ seq_len }) => seq_len)).toEqual(Array(ALL).fill(1024))
    value.choices.value = { ...value.choices.value, policies: ['greedy-crop'], buffers: [100] }
    await value.compare()
    expect(asked()).toHaveLength(ALL + 1)
    stop()
  })

  it('tells how much of all is done', async () => {
    const { value, stop } = await used()
    let answer: (rows: PackingComparison[]) => void = () => undefined
    answerWith({
      'packing.compare': () => new Promise((resolve) => (answer = resolve)),
      'jobs.cancel': () => ({}),
    })
    void value.compare()
    await settled()
    expect(value.progress.value).toMatchObject({ done: 0, total: ALL })
    const { job } = calls['packing.compare'].input.parse(made[0]?.input)
    await send('job.progress', { job, what: 'tokenizing', done: 30, total: 90, unit: 'conversations' })
    expect(value.progress.value).toEqual({ what: 'tokenizing', done: 30, total: 90, unit: 'conversations' })
    const [first] = value.missing.value
    if (first) answer([packed(first)])
    await settled()
    await send('job.progress', { job, what: 'Packing', done: 0.5, total: 1, unit: 'packings' })
    expect(value.progress.value).toEqual({ what: 'Packing', done: 1.5, total: ALL, unit: 'packings' })
    stop()
  })

  it('stops when it is cancelled, and keeps what it has', async () => {
    const { value, stop } = await used()
    let count = 0
    answerWith({
      'packing.compare': ({ variants }) => (++count < 3 ? variants.map(packed) : never()),
      'jobs.cancel': () => ({}),
    })
    void value.compare()
    await settled()
    await settled()
    expect(value.running.value).toBe(true)
    value.cancel()
    await settled()
    expect(value.running.value).toBe(false)
    expect(value.rows.value.filter(({ result }) => result)).toHaveLength(2)
    expect(value.error.value).toBeNull()
    stop()
  })

  it('forgets what it knows when the mixture changes, not when a packing is adopted', async () => {
    const { value, stop } = await used()
    await value.compare()
    value.project.edit({ ...config, packing: 'bestfit-pad' })
    await settled()
    expect(value.missing.value).toHaveLength(0)
    value.project.edit({ ...config, mixture: { ...config.mixture, val: config.mixture.train } })
    await settled()
    expect(value.missing.value).toHaveLength(ALL)
    stop()
  })

  it('says what failed', async () => {
    const { value, stop } = await used()
    const failure = new CallError({ code: 'packing.invalid', message: 'bufferSize is 0' })
    answerWith({ 'packing.compare': () => Promise.reject(failure) })
    await value.compare()
    expect(value.error.value?.message).toBe('bufferSize is 0')
    expect(value.running.value).toBe(false)
    stop()
  })
})
