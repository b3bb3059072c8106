import { describe, expect, it } from 'vitest'

import { Jobs } from '../../../../src-main/services/jobs'
import { MidbenchError } from '../../../../src-main/errors'

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new MidbenchError({ code: 'cancelled', message: 'cancelled' }))
    })
  })
}

describe('Jobs', () => {
  it('answers what the work answers, and reports its progress by name', async () => {
    const published: unknown[] = []
    const jobs = new Jobs((progress) => published.push(progress))
    const value = await jobs.run('j', async ({ onProgress }) => {
      onProgress({ what: 'Counting', done: 1, total: 2, unit: 'rows' })
      return 7
    })
    expect(value).toBe(7)
    expect(published).toEqual([{ job: 'j', what: 'Counting', done: 1, total: 2, unit: 'rows' }])
  })

  it('reports rarely, but always the end', async () => {
    const published: number[] = []
    const jobs = new Jobs(({ done }) => published.push(done))
    await jobs.run('j', async ({ onProgress }) => {
      for (let done = 1; done <= 1000; done++) onProgress({ what: '', done, total: 1000, unit: 'rows' })
    })
    expect(published).toEqual([1, 1000])
  })

  it('cancels the one that is named', async () => {
    const jobs = new Jobs(() => undefined)
    const cancelled = jobs.run('a', ({ signal }) => untilAborted(signal))
    const other = jobs.run('b', async ({ signal }) => {
      await new Promise((resolve) => setImmediate(resolve))
      return signal.aborted
    })
    jobs.cancel('a')
    jobs.cancel('never was')
    await expect(cancelled).rejects.toThrow('cancelled')
    expect(await other).toBe(false)
  })

  it('cancels all when the page has gone', async () => {
    const jobs = new Jobs(() => undefined)
    const running = ['a', 'b'].map((name) => jobs.run(name, ({ signal }) => untilAborted(signal)))
    jobs.cancelAll()
    const outcomes = await Promise.allSettled(running)
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
  })

  it('refuses a name that is in use, and takes it again afterwards', async () => {
    const jobs = new Jobs(() => undefined)
    const first = jobs.run('j', ({ signal }) => untilAborted(signal))
    await expect(jobs.run('j', async () => 1)).rejects.toThrow(/going on already/)
    jobs.cancel('j')
    await expect(first).rejects.toThrow('cancelled')
    expect(await jobs.run('j', async () => 2)).toBe(2)
  })
})
