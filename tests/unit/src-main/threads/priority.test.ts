import { once } from 'node:events'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

import { afterEach, describe, expect, it, vi } from 'vitest'

import { yieldToTheWindow } from '../../../../src-main/threads/priority'

const FILE = join(import.meta.dirname, '../../../../src-main/threads/priority.ts')

/** Priorities that a thread finds before, after, and after a second call. */
async function inThread(): Promise<unknown> {
  const script = `import('tsx/esm/api').then(async ({ register }) => {
    register()
    const { yieldToTheWindow } = await import(${JSON.stringify(pathToFileURL(FILE).href)})
    const { getPriority } = await import('node:os')
    const found = [getPriority()]
    for (let call = 0; call < 2; call++) {
      yieldToTheWindow()
      found.push(getPriority())
    }
    require('node:worker_threads').parentPort.postMessage(found)
  })`
  const worker = new Worker(script, { eval: true })
  const [found] = await once(worker, 'message')
  await worker.terminate()
  return found
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('yieldToTheWindow', () => {
  it('holds back the thread that calls it, once, and no other', async () => {
    const before = getPriority()
    const background = process.platform === 'linux' ? Math.max(before, 5) : before
    expect(await inThread()).toEqual([before, background, background])
    expect(getPriority()).toBe(before)
  })

  it('changes nothing where only a process has a priority', () => {
    const before = getPriority()
    vi.stubGlobal('process', { ...process, platform: 'darwin' })
    yieldToTheWindow()
    expect(getPriority()).toBe(before)
  })
})
