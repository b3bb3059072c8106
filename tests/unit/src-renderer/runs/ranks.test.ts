import { describe, expect, it } from 'vitest'
import type { RanksNow, RankState } from '../../../../src-renderer/api/types'
import { lossText, rankSummary, rankViews, type RanksOf } from '../../../../src-renderer/runs/ranks'
import { sampleStep } from '../../../support/run-samples'
import { sampleConfig } from './sample-run'

const status = (rank: number, state: RankState) => ({
  rank,
  state,
  host: `127.0.0.1:${7001 + rank}`,
  pid: 100 + rank,
})
const now = (...states: RankState[]): RanksNow => ({
  ranks: states.map((state, rank) => status(rank, state)),
  loss: null,
})
const stepped = (step: number, waits: (number | null)[]) => ({
  ...sampleStep(step),
  loss_by_rank: [4.25, 4.5],
  memory_by_rank: [3 * 2 ** 20, 2 ** 30],
  wait_by_rank: waits,
})
const of = (over: Partial<RanksOf> = {}): RanksOf => ({
  config: sampleConfig({ world_size: 2 }),
  state: 'training',
  now: now('training', 'training'),
  steps: [stepped(1, [null, null]), stepped(2, [0.1, 0.2])],
  ...over,
})

describe('rankViews', () => {
  it('has each rank’s state with its own figures of the last step', () => {
    const [first, second] = rankViews(of())
    expect(first).toMatchObject({
      word: 'training',
      tone: 'active',
      isSlow: false,
      loss: '4.2500',
      wait: '10.0 %',
    })
    expect([first?.memory, second?.memory]).toEqual(['3.00 MiB', '1.00 GiB'])
    expect(second?.about).toBe(
      'Rank 1 at 127.0.0.1:7002, process 101: training. Loss 4.5000 nats a token, 1.00 GiB resident, waits 20.0 % of a step.',
    )
  })

  it('names the one that the others wait for, by the last ten steps', () => {
    const steps = Array.from({ length: 30 }, (_, i) => stepped(i + 1, i < 20 ? [0, 0] : [0.02, 0.6]))
    const slow = rankViews(of({ steps }))
    expect(slow.map(({ isSlow }) => isSlow)).toEqual([true, false])
    expect(slow[1]?.wait).toBe('60.0 %')
    expect(slow[0]?.about).toContain('; the others wait for it')
    expect(rankViews(of({ steps, now: now('paused', 'paused') })).some(({ isSlow }) => isSlow)).toBe(false)
  })

  it('shows what is known of a run that is not in memory: the run’s state, the last figures', () => {
    const paused = rankViews(of({ state: 'paused', now: null }))
    expect(paused.map(({ word, tone, loss }) => [word, tone, loss])).toEqual([
      ['paused', 'amber', '4.2500'],
      ['paused', 'amber', '4.5000'],
    ])
    expect(rankViews(of({ state: 'done', now: null }))[0]?.word).toBe('ended')
    const [unknown] = rankViews(of({ now: null, steps: [] }))
    expect(unknown).toMatchObject({ loss: '–', memory: '–', wait: '– %', waits: null })
  })

  it('shows the ranks of a run that is over as ended, whatever they were last told to do, or as lost', () => {
    for (const state of ['done', 'stopped', 'failed', 'interrupted'] as const) {
      const over = rankViews(of({ state, now: now('saving', 'lost') }))
      expect(over.map(({ word, tone }) => [word, tone])).toEqual([
        ['ended', 'idle'],
        ['lost', 'red'],
      ])
    }
    expect(rankViews(of({ state: 'paused', now: now('saving', 'paused') }))[0]?.word).toBe('saving')
  })

  it('names the host of a rank on another machine', () => {
    const config = sampleConfig({ world_size: 2, hosts: ['a:1', 'b:2'] })
    expect(rankViews(of({ config, now: now('training') }))[1]?.about).toMatch(/^Rank 1 at b:2: training\./)
  })
})

it('counts what they do, and says what befell one', () => {
  expect(rankSummary(rankViews(of()))).toBe('2 training')
  expect(rankSummary(rankViews(of({ now: now('waiting', 'lost') })))).toBe('1 waiting, 1 lost')
  expect(lossText(now('training'))).toBe('')
  const loss = { rank: 1, why: 'Rank 1 was ended by SIGKILL.', at: 0, times: 1, most: 3 }
  expect(lossText({ ranks: [], loss })).toBe(
    'Rank 1 was ended by SIGKILL. All ranks began again from the last checkpoint (1 of at most 3 times).',
  )
})
