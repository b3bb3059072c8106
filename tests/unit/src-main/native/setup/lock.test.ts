import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { withLock } from '../../../../../src-main/native/setup/lock'
import type { SetupEvent } from '../../../../../src-main/native/setup/report'
import { temporaryFolder } from '../../../../support/temporary-folder'

const ignore = () => undefined

describe('withLock', () => {
  it('lets one set-up work at a time and tells the other that it waits', async () => {
    const folder = temporaryFolder()
    const events: SetupEvent[] = []
    let working = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++working)
      await sleep(50)
      working--
    }
    const report = (event: SetupEvent) => void events.push(event)
    await Promise.all([withLock(folder, report, work), withLock(folder, report, work)])
    expect(most).toBe(1)
    expect(events.map((event) => event.kind)).toEqual(['note'])
    expect(readdirSync(folder)).toEqual([])
  })

  it('gives the lock up where the work fails', async () => {
    const folder = temporaryFolder()
    await expect(withLock(folder, ignore, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes over from a process that was killed', async () => {
    const folder = temporaryFolder()
    const dead = spawn(process.execPath, ['--eval', ''])
    await once(dead, 'exit')
    writeFileSync(join(folder, 'setup.lock'), `${dead.pid ?? 0} ${hostname()}`)
    expect(await withLock(folder, ignore, () => Promise.resolve('done'))).toBe('done')
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes over from another machine only when the lock has not been touched for a minute', async () => {
    const folder = temporaryFolder()
    const lock = join(folder, 'setup.lock')
    writeFileSync(lock, '1 another-machine')
    let started = false
    const waiting = withLock(folder, ignore, () => Promise.resolve((started = true)))
    await sleep(700)
    expect(started).toBe(false)
    const old = Date.now() / 1000 - 120
    utimesSync(lock, old, old)
    await waiting
    expect(started).toBe(true)
    expect(existsSync(lock)).toBe(false)
  })
})
