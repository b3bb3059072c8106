import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { holding } from '../../../../src-main/files/lock'
import { temporaryFolder } from '../../../support/temporary-folder'

const HOLDER = fileURLToPath(new URL('../../../support/lock-holder.ts', import.meta.url))
const FOREIGN = '1-1-1-00000000-00112233aabb'

function holder(lock: string, mark: string, rounds: number, stepMs = 0): ChildProcess {
  const words = ['--import', 'tsx', HOLDER, lock, mark, String(rounds), String(stepMs)]
  return spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** A process that holds the lock. */
async function holderAtWork(lock: string): Promise<ChildProcess> {
  const child = holder(lock, '', 0)
  onTestFinished(() => void child.kill('SIGKILL'))
  if (child.stdout) await once(child.stdout, 'data')
  return child
}

/** Whether work under the lock has begun, and the end of it. */
function started(lock: string, onWait?: () => void): { began: () => boolean; done: Promise<void> } {
  let begun = false
  const done = holding(lock, onWait ? { onWait } : {}, async () => void (begun = true))
  return { began: () => begun, done }
}

/** Sets the claims' times back, as a clock that is set would make them look. */
function age(lock: string): void {
  for (const name of readdirSync(lock)) utimesSync(join(lock, name), new Date(2001, 0), new Date(2001, 0))
}

describe('a lock', () => {
  it('lets one work at a time, tells the other that it waits, and leaves nothing', async () => {
    const folder = temporaryFolder()
    const lock = join(folder, 'lock')
    let working = 0
    let most = 0
    let waited = 0
    const work = async (): Promise<void> => {
      most = Math.max(most, ++working)
      await vi.waitUntil(() => waited >= 3, { timeout: 20_000 })
      working--
    }
    await Promise.all(Array.from({ length: 4 }, () => holding(lock, { onWait: () => void waited++ }, work)))
    expect(most).toBe(1)
    expect(waited).toBeGreaterThanOrEqual(3)
    expect(readdirSync(folder)).toEqual([])
  })

  it('is given up where the work fails', async () => {
    const folder = temporaryFolder()
    const failing = holding(join(folder, 'lock'), {}, () => Promise.reject(new Error('no')))
    await expect(failing).rejects.toThrow('no')
    expect(readdirSync(folder)).toEqual([])
  })

  it('is waited for no longer than one likes', async () => {
    const lock = join(temporaryFolder(), 'lock')
    const stop = new AbortController()
    await holding(lock, {}, async () => {
      const waiting = holding(lock, { signal: stop.signal, onWait: () => stop.abort() }, () =>
        Promise.resolve(),
      )
      await expect(waiting).rejects.toThrow('abort')
    })
  })

  it('is never held by two of several processes whose clocks differ and of which some are killed', async () => {
    const folder = temporaryFolder()
    const [lock, mark] = [join(folder, 'lock'), join(folder, 'mark')]
    const children = [0, 3_600_000, -86_400_000].map((step) => holder(lock, mark, 40, step))
    const killed = [holder(lock, mark, 100_000), holder(lock, mark, 100_000, 60_000)]
    for (const child of killed) {
      await vi.waitUntil(() => existsSync(mark), { timeout: 20_000, interval: 1 })
      child.kill('SIGKILL')
    }
    const codes = await Promise.all(
      children.map(async (child) => ((await once(child, 'exit')) as unknown[])[0]),
    )
    expect(codes).toEqual([0, 0, 0])
  }, 60_000)

  it('is kept from others while its holder runs, whatever the clock says', async () => {
    const lock = join(temporaryFolder(), 'lock')
    const child = await holderAtWork(lock)
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 86_400_000)
    onTestFinished(() => clock.mockRestore())
    age(lock)
    const other = started(lock)
    await sleep(500)
    expect(other.began()).toBe(false)
    child.kill('SIGKILL')
    await other.done
    expect(other.began()).toBe(true)
  }, 20_000)

  it('is taken over from a thread that was ended', async () => {
    const lock = join(temporaryFolder(), 'lock')
    const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(HOLDER)}) })`
    const worker = new Worker(code, { eval: true, argv: [lock, '', '0'], stdout: true })
    await once(worker.stdout, 'data')
    const other = started(lock)
    await sleep(300)
    expect(other.began()).toBe(false)
    await worker.terminate()
    await other.done
  }, 20_000)

  it('is taken over from another machine only when it was not touched for a minute of this one', async () => {
    const lock = join(temporaryFolder(), 'lock')
    mkdirSync(lock)
    writeFileSync(join(lock, FOREIGN), '')
    const other = started(lock)
    await sleep(300)
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 50_000)
    onTestFinished(() => clock.mockRestore())
    await sleep(300)
    utimesSync(join(lock, FOREIGN), new Date(), new Date()) // its holder lives
    await sleep(300)
    clock.mockReturnValue(performance.now() + 55_000)
    await sleep(300)
    expect(other.began()).toBe(false)
    clock.mockReturnValue(performance.now() + 10_000)
    await other.done
    expect(existsSync(lock)).toBe(false)
  })

  it('that a version before left as a file is taken over when nobody touches it', async () => {
    const lock = join(temporaryFolder(), 'lock')
    writeFileSync(lock, '')
    const other = started(lock)
    await sleep(300)
    expect(other.began()).toBe(false)
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 61_000)
    onTestFinished(() => clock.mockRestore())
    await other.done
    expect(existsSync(lock)).toBe(false)
  })

  it('leaves alone what is no claim', async () => {
    const lock = join(temporaryFolder(), 'lock')
    mkdirSync(lock)
    writeFileSync(join(lock, 'mine.txt'), 'x')
    await started(lock).done
    expect(readdirSync(lock)).toEqual(['mine.txt'])
  })
})
