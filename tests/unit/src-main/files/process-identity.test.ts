import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import {
  isAlive,
  ownerTag,
  parseOwnerTag,
  processIsAlive,
  thisProcess,
  thisThread,
} from '../../../../src-main/files/process-identity'

describe('processIsAlive', () => {
  it('knows this process, by an integer that a database keeps', () => {
    const { pid, startedAt } = thisProcess()
    expect(Number.isSafeInteger(startedAt)).toBe(true)
    expect(processIsAlive(pid, startedAt)).toBe(true)
  })

  it('knows it whatever happens to the clock', () => {
    const { pid, startedAt } = thisProcess()
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 86_400_000)
    onTestFinished(() => clock.mockRestore())
    expect(thisProcess()).toEqual({ pid, startedAt })
    expect(processIsAlive(pid, startedAt)).toBe(true)
  })

  it('does not take another process with the same id for it, of another second or of another boot', () => {
    const { pid, startedAt } = thisProcess()
    expect(processIsAlive(pid, startedAt - 1)).toBe(false)
    expect(processIsAlive(pid, startedAt + 2 ** 35)).toBe(false)
  })

  it('knows a process by the time of the clock that versions before wrote', () => {
    const booted = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1])
    const ticks = Number(readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ')[19])
    const startedAt = Math.round((booted + ticks / 100) * 1000)
    expect(processIsAlive(process.pid, startedAt)).toBe(true)
    expect(processIsAlive(process.pid, startedAt - 60_000)).toBe(false)
  })

  it('knows that a process has ended', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    const pid = child.pid ?? 0
    expect(processIsAlive(pid, 0)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(processIsAlive(pid, 0)).toBe(false)
  })
})

describe('isAlive', () => {
  it('knows this thread, also from a name', () => {
    const owner = thisThread()
    expect(owner.pid).toBe(process.pid)
    expect(isAlive(owner)).toBe(true)
    expect(parseOwnerTag(ownerTag(owner))).toEqual(owner)
    expect(parseOwnerTag('12-00ff')).toBeUndefined()
  })

  it('knows a thread that has ended, and one whose id another has now', () => {
    const owner = thisThread()
    expect(isAlive({ ...owner, tid: 2 ** 30 })).toBe(false)
    expect(isAlive({ ...owner, started: owner.started - 1 })).toBe(false)
    expect(isAlive({ ...owner, pid: 2 ** 30 })).toBe(false)
  })

  it('claims nothing of another machine', () => {
    expect(isAlive({ ...thisThread(), domain: '00000000' })).toBeUndefined()
  })
})
