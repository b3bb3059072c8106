// @vitest-environment happy-dom
/** Downloads as the window keeps them: one at a time, cancelled, failed, gone on from. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CallError } from '../../../../src-renderer/api/client'
import { useDownloads } from '../../../../src-renderer/composables/use-downloads'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { projectOf } from '../runs/sample-run'
import { answerWith, connect, inScope, made, send, settled } from '../main-process'

const ids = ['a', 'b']
let lacking = [...ids]
/** Ends the download in hand. */
let end: (error?: CallError) => void = () => undefined
const project = projectOf({ mixture: { train: [], val: [] } })
const started = (): unknown[] =>
  made.flatMap(({ name, input }) =>
    name === 'downloads.start' && typeof input === 'object' && input !== null && 'id' in input
      ? [input.id]
      : [],
  )

beforeAll(async () => {
  connect()
  answerWith({
    'project.current': () => project,
    'downloads.missing': () => ({
      pending: lacking.map((id) => ({
        id,
        label: id,
        dir: '/nano/task_data',
        unusable: null,
        entries: [{ split: 'train', index: 0 }],
      })),
      offline: false,
    }),
    'downloads.size': ({ id }) => {
      if (id === 'b') throw new CallError({ code: 'hub.network', message: 'no network' })
      return { total: 100, arrived: 10, free: 1000 }
    },
    'downloads.start': ({ id }) =>
      new Promise((resolve, reject) => {
        end = (error) => {
          if (error) reject(error)
          else {
            lacking = lacking.filter((each) => each !== id)
            resolve({})
          }
        }
      }),
    'jobs.cancel': () => {
      end(new CallError({ code: 'cancelled', message: 'cancelled' }))
      return {}
    },
  })
  const { value } = inScope(useProject)
  await value.load()
})
const { value: downloads } = inScope(useDownloads)
const phases = (): string[] => downloads.downloads.value.map(({ id, phase }) => `${id} ${phase}`)

beforeEach(async () => {
  lacking = [...ids]
  await downloads.refresh()
  await settled()
})

describe('useDownloads', () => {
  it('asks how much each is, and keeps why one could not be asked', async () => {
    await downloads.askSizes()
    expect(downloads.downloads.value).toMatchObject([
      { id: 'a', size: { total: 100, arrived: 10 }, sizeError: null },
      { id: 'b', size: null, sizeError: { code: 'hub.network' } },
    ])
    expect(downloads.ofEntry('train', 0)).toHaveLength(2)
    expect(downloads.ofEntry('val', 0)).toEqual([])
  })

  it('downloads one after another, and counts what is complete', async () => {
    const before = downloads.finished.value
    void downloads.start(ids)
    await settled()
    expect(phases()).toEqual(['a running', 'b waiting'])
    end()
    await settled()
    expect(phases()).toEqual(['b running'])
    end()
    await settled()
    expect(phases()).toEqual([])
    expect(downloads.finished.value).toBe(before + 2)
    expect(started()).toEqual(['a', 'b'])
  })

  it('shows the bytes that have come, and why it failed', async () => {
    void downloads.start(['a'])
    await settled()
    const job = made.findLast(({ name }) => name === 'downloads.start')?.input
    const name = typeof job === 'object' && job !== null && 'job' in job ? String(job.job) : ''
    await send('job.progress', { job: name, what: 'a', done: 40, total: 100, unit: 'bytes' })
    expect(downloads.downloads.value[0]).toMatchObject({ done: 40, size: { total: 100 } })
    end(new CallError({ code: 'hub.unauthorized', message: 'no', remedy: 'a token' }))
    await settled()
    expect(downloads.downloads.value[0]).toMatchObject({ phase: 'idle', error: { remedy: 'a token' } })
  })

  it('is cancelled while it runs and while it waits', async () => {
    void downloads.start(ids)
    await settled()
    downloads.cancel('b')
    expect(phases()).toEqual(['a running', 'b idle'])
    downloads.cancel('a')
    await settled()
    expect(phases()).toEqual(['a idle', 'b idle'])
    expect(downloads.downloads.value[0]?.error).toBeNull()
  })
})
