// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { CallError } from '../../../../src-renderer/api/client'
import { useJob } from '../../../../src-renderer/composables/use-job'
import { answerWith, connect, inScope, made, send, settled } from '../main-process'

beforeAll(() => connect())
beforeEach(async () => {
  await settled() // what the test before has still sent
  answerWith({ 'jobs.cancel': () => ({}) })
})
const never = (): Promise<string> => new Promise(() => undefined)
const cancelled = (): unknown[] => made.filter(({ name }) => name === 'jobs.cancel').map(({ input }) => input)

it('gives a job its name and its result', async () => {
  const { value, stop } = inScope(useJob)
  await expect(value.run(async (job) => `done ${job}`)).resolves.toMatch(/^done job-/)
  expect(value.running.value).toBeNull()
  stop()
})

it('shows its own progress only', async () => {
  const { value, stop } = inScope(useJob)
  void value.run(never)
  const job = value.running.value ?? ''
  await send('job.progress', { job: 'another', what: 'x', done: 1, total: 2, unit: 'rows' })
  expect(value.progress.value).toBeNull()
  await send('job.progress', { job, what: 'Rendering', done: 1, total: 2, unit: 'rows' })
  expect(value.progress.value).toMatchObject({ what: 'Rendering', done: 1 })
  stop()
})

it('cancels the one before, whose failure is then no news', async () => {
  const { value, stop } = inScope(useJob)
  let fail: (error: Error) => void = () => undefined
  const first = value.run(() => new Promise((_, reject) => (fail = reject)))
  const job = value.running.value
  const second = value.run(async () => 2)
  fail(new CallError({ code: 'cancelled', message: 'Cancelled' }))
  await expect(first).resolves.toBeUndefined()
  await expect(second).resolves.toBe(2)
  await settled()
  expect(cancelled()).toEqual([{ job }])
  stop()
})

it('throws where a job failed by itself', async () => {
  const { value, stop } = inScope(useJob)
  await expect(value.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(value.running.value).toBeNull()
  stop()
})

it('cancels when its place is left', async () => {
  const { value, stop } = inScope(useJob)
  void value.run(never)
  stop()
  await settled()
  expect(cancelled()).toHaveLength(1)
})
