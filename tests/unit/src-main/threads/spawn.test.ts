import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { locateThread, spawnThread, startThreadsFrom } from '../../../../src-main/threads/spawn'

let out: string

beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'midbench-threads-'))
  await mkdir(join(out, 'chunks'))
})

afterEach(async () => {
  await rm(out, { recursive: true, force: true })
})

describe('locateThread', () => {
  it('finds the bundle beside it, and from a chunk above it', async () => {
    await writeFile(join(out, 'data.js'), '')
    expect(locateThread('data', out)).toBe(join(out, 'data.js'))
    expect(locateThread('data', join(out, 'chunks'))).toBe(join(out, 'chunks', '..', 'data.js'))
  })

  it('finds the source where there is no build', () => {
    const src = join(import.meta.dirname, '../../../../src-main/threads')
    expect(locateThread('data', src)).toBe(join(src, '../packing/data-thread.ts'))
  })

  it('says what to do when there is neither', () => {
    expect(() => locateThread('data', out)).toThrow(
      expect.objectContaining({ code: 'thread.missing', remedy: 'Build the app again: npm run build.' }),
    )
  })
})

describe('spawnThread', () => {
  it('starts a thread from its source', async () => {
    const worker = spawnThread('data')
    const reply = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    worker.postMessage({ type: 'call', id: 1, name: 'nonsense', input: null })
    expect(await reply).toMatchObject({ type: 'failure', id: 1, failure: { code: 'call.unknown' } })
    await worker.terminate()
  })
  it('starts it from a build where that is asked for', async () => {
    await writeFile(join(out, 'package.json'), '{ "type": "module" }')
    const script = "import { parentPort } from 'node:worker_threads'\nparentPort.postMessage('built')\n"
    await writeFile(join(out, 'data.js'), script)
    startThreadsFrom(out)
    const worker = spawnThread('data')
    expect(await once(worker, 'message')).toEqual(['built'])
    await worker.terminate()
  })
})
