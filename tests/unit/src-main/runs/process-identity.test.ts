import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'

import { processIsAlive, thisProcess } from '../../../../src-main/runs/process-identity'

describe('processIsAlive', () => {
  it('knows this process', () => {
    const { pid, startedAt } = thisProcess()
    expect(Math.abs(Date.now() - process.uptime() * 1000 - startedAt)).toBeLessThan(3000)
    expect(processIsAlive(pid, startedAt)).toBe(true)
  })

  it('does not take another process with the same id for it', () => {
    const { pid, startedAt } = thisProcess()
    expect(processIsAlive(pid, startedAt - 60_000)).toBe(false)
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
