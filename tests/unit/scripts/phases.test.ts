import { spawnSync } from 'node:child_process'

import { describe, expect, it } from 'vitest'

import { Phases, slowestTable } from '../../../scripts/phases'

/** Runs a program that takes at least so much processor time. */
function busyFor(processorMs: number): void {
  const work = `for (let t = process.cpuUsage(); t.user + t.system < ${String(processorMs)}e3; t = process.cpuUsage());`
  expect(spawnSync(process.execPath, ['-e', work]).status).toBe(0)
}

describe('phases', () => {
  it('have the time of the clock and that of the programs they ran, failed ones too, and a sum', async () => {
    const phases = new Phases()
    expect(await phases.time('idle', () => Promise.resolve(5))).toBe(5)
    const failing = phases.time('busy', () => {
      busyFor(700)
      return Promise.reject(new Error('no'))
    })
    await expect(failing).rejects.toThrow('no')
    const [heading, ...rows] = phases.table().map((line) => line.split(/\s{2,}/))
    expect(heading).toEqual(['phase', 'seconds', 'of a processor'])
    expect(rows.map(([name]) => name)).toEqual(['idle', 'busy', 'all'])
    expect(rows[0]).toEqual(['idle', '0', '0'])
    for (const figure of [rows[1]?.[1], rows[1]?.[2], rows[2]?.[1], rows[2]?.[2]]) {
      expect(Number(figure)).toBeGreaterThanOrEqual(1)
    }
  })

  it('align their columns', () => {
    const files = [
      { name: 'short.test.ts', seconds: 2.4 },
      { name: 'a-long-name.test.ts', seconds: 120 },
      { name: 'left-out.test.ts', seconds: 1 },
    ]
    expect(slowestTable(files, 2)).toEqual([
      'slowest files, their tests alone  seconds',
      'a-long-name.test.ts                   120',
      'short.test.ts                           2',
    ])
  })
})
