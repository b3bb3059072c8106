import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { RankStatus } from '../../../../src-main/config/rank-status.schema'
import { RankStates } from '../../../../src-main/runs/rank-states'

const hosts = ['127.0.0.1:7001', '127.0.0.1:7002']
let told: RankStatus[][]
let states: RankStates
const words = (): string[] | undefined => told.at(-1)?.map(({ state }) => state)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] })
  told = []
  const job = (rank: number) => ({ rank, hosts, leads: rank === 0, timeoutS: 60 })
  states = new RankStates(
    [0, 1].map((rank) => ({ job: job(rank), pid: () => 100 + rank })),
    (ranks) => told.push(ranks),
  )
})
afterEach(() => {
  states.close()
  vi.useRealTimers()
})

test('each is told with its place as it starts, and again whenever it does something else', () => {
  expect(told).toEqual([
    [
      { rank: 0, state: 'starting', host: hosts[0], pid: 100 },
      { rank: 1, state: 'starting', host: hosts[1], pid: 101 },
    ],
  ])
  states.hear(0, { type: 'phase', phase: 'training' })
  expect(words()).toEqual(['training', 'starting'])
  states.hear(1, { type: 'phase', phase: 'training' })
  states.hear(1, { type: 'phase', phase: 'training' })
  expect(told).toHaveLength(3)
  states.hear(0, { type: 'paused', step: 3 })
  states.ended(1, 'lost')
  expect(words()).toEqual(['paused', 'lost'])
})

test('one that is ahead of another for three seconds waits, until that one comes', () => {
  for (const rank of [0, 1]) states.hear(rank, { type: 'phase', phase: 'training' })
  const before = told.length
  for (let count = 1; count <= 30; count++) {
    for (const rank of [0, 1]) states.hear(rank, { type: 'exchange', count })
    vi.advanceTimersByTime(100)
  }
  expect(told).toHaveLength(before)
  states.hear(1, { type: 'exchange', count: 31 })
  vi.advanceTimersByTime(2900)
  expect(told).toHaveLength(before)
  vi.advanceTimersByTime(1100)
  expect(words()).toEqual(['training', 'waiting'])
  states.hear(0, { type: 'exchange', count: 31 })
  vi.advanceTimersByTime(1000)
  expect(words()).toEqual(['training', 'training'])
})

test('nothing is told after the end', () => {
  states.hear(0, { type: 'phase', phase: 'training' })
  states.hear(0, { type: 'exchange', count: 1 })
  states.close()
  const before = told.length
  vi.advanceTimersByTime(5000)
  expect(told).toHaveLength(before)
})
