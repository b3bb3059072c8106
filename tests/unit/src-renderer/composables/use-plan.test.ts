// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CallError } from '../../../../src-renderer/api/client'
import { useNavigation } from '../../../../src-renderer/composables/use-navigation'
import { usePlan } from '../../../../src-renderer/composables/use-plan'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { answerWith, connect, inScope, made, send, settled } from '../main-process'
import { samplePlan } from '../packing/sample-plan'
import { projectOf, sampleConfig } from '../runs/sample-run'

const never = (): Promise<never> => new Promise(() => undefined)

beforeAll(() => connect())
beforeEach(async () => {
  await settled()
  useNavigation().batch.value = { split: 'train', batch: 0 }
})

/** A plan in use for the project, once the wait for typing to end is over. */
async function used(answers: Parameters<typeof answerWith>[0] = {}) {
  answerWith({
    'project.current': () => projectOf(sampleConfig()),
    'project.edit': ({ config }) => projectOf(config),
    'packing.plan': ({ split }) => samplePlan({ steps: split === 'train' ? 7 : 3 }),
    'jobs.cancel': () => ({}),
    ...answers,
  })
  const scope = inScope(() => ({ ...usePlan(), project: useProject() }))
  await scope.value.project.load()
  await waited()
  return scope
}
async function waited(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 200))
  await settled()
}
const asked = (): number => made.filter(({ name }) => name === 'packing.plan').length

describe('usePlan', () => {
  it('plans the split in sight, and keeps what it knows of the other', async () => {
    const { value, stop } = await used()
    expect(value.plan.value?.steps).toBe(7)
    useNavigation().batch.value = { split: 'val', batch: 0 }
    await waited()
    expect(value.plan.value?.steps).toBe(3)
    useNavigation().batch.value = { split: 'train', batch: 5 }
    expect(value.plan.value?.steps).toBe(7)
    await waited()
    expect(asked()).toBe(2)
    stop()
  })

  it('shows no plan of another config', async () => {
    const { value, stop } = await used()
    value.project.edit(sampleConfig({ buffer_size: 10 }))
    expect(value.plan.value).toBeNull()
    await waited()
    expect(value.plan.value?.steps).toBe(7)
    expect(asked()).toBe(2)
    stop()
  })

  it('plans on through edits of what does not matter', async () => {
    const { value, stop } = await used()
    value.project.edit(sampleConfig({ matrix_lr: 0.5 }))
    await waited()
    expect(asked()).toBe(1)
    stop()
  })

  it('shows how far it is, and can be cancelled and made after all', async () => {
    const { value, stop } = await used({ 'packing.plan': never })
    const job = value.running.value ?? ''
    await send('job.progress', { job, what: 'Planning', done: 0.5, total: 1, unit: 'epoch' })
    expect(value.progress.value).toMatchObject({ what: 'Planning', done: 0.5 })
    value.cancel()
    await settled()
    expect(made.at(-1)).toEqual({ name: 'jobs.cancel', input: { job } })
    expect(value.plan.value).toBeNull()
    answerWith({ 'packing.plan': () => samplePlan() })
    await value.make()
    expect(value.plan.value?.steps).toBe(2)
    stop()
  })

  it('says why there is none', async () => {
    const refusal = new CallError({ code: 'config.invalid', message: 'No whole steps.' })
    const { value, stop } = await used({ 'packing.plan': () => Promise.reject(refusal) })
    expect(value.error.value?.message).toBe('No whole steps.')
    expect(value.running.value).toBeNull()
    stop()
  })
})
