import { describe, expect, it } from 'vitest'

import { marksIn, type Mark } from '../../../../src-renderer/charts/marks'
import { View } from '../../../../src-renderer/charts/view'
import { curveTone, drawnSeries, type LineSeries } from '../../../../src-renderer/charts/line-series'
import { RunAxes, X_AXES, type XChoice } from '../../../../src-renderer/charts/x-axes'
import { sampleStep, sampleSteps } from '../../../support/run-samples'

const start = { tokens: 512, startedAt: 1_000_000, onePass: false }

function axesOf(steps: ReturnType<typeof sampleSteps>, over: Partial<typeof start> = {}): RunAxes {
  const axes = new RunAxes({ ...start, ...over })
  axes.follow(steps)
  return axes
}
const places = (axes: RunAxes, x: XChoice, steps: readonly number[]): number[] => steps.map(axes.along(x))

describe('where the steps of a run lie', () => {
  it('is worked out from what its steps tell', () => {
    const axes = axesOf(sampleSteps(1, 3))
    expect(places(axes, 'step', [0, 2])).toEqual([0, 2])
    expect(places(axes, 'tokens', [0, 2])).toEqual([0, 1024])
    expect(places(axes, 'epochs', [0, 3])).toEqual([0, 3 / 500])
    expect(places(axes, 'active', [0, 1, 2])).toEqual([0, 0.301, 0.301 + 0.302])
    expect(places(axes, 'wall', [0, 1, 3])).toEqual([0, 0.4, 1.2])
    expect(axes.extent('tokens')).toEqual({ first: 512, last: 3 * 512 })
  })

  it('follows a list that grows, and one that was cut back', () => {
    const steps = sampleSteps(1, 4)
    const axes = axesOf(steps)
    steps.splice(2)
    steps.push({ ...sampleStep(3), dt_ms: 1000 })
    axes.follow(steps)
    expect(axes.along('active')(3)).toBeCloseTo(0.301 + 0.302 + 1, 12)
    expect(axes.extent('step')).toEqual({ first: 1, last: 3 })
  })

  it('is not known on wall time and epochs for a run of before they were told, and is on all others', () => {
    const old = sampleSteps(1, 3).map((step) => ({ ...step, ended_at: null, epochs_read: null }))
    const axes = axesOf(old)
    expect(axes.extent('wall')).toBeNull()
    expect(axes.extent('epochs')).toBeNull()
    for (const x of ['step', 'tokens', 'active'] as const) expect(axes.extent(x)).not.toBeNull()
    // Where the run is one pass over the mixture, its progress is what has been read of it.
    expect(axesOf(old, { onePass: true }).along('epochs')(2)).toBe(0.002)
  })

  it('is nowhere before the first step', () => {
    for (const x of Object.keys(X_AXES) as XChoice[]) expect(axesOf([]).extent(x)).toBeNull()
  })

  it('is said with its unit', () => {
    const texts = Object.values(X_AXES).map(({ text }) => text(5400))
    expect(texts).toEqual([
      'step 5,400',
      '5,400 tokens',
      '5400.000 epochs',
      '1 h 30 min active',
      '1 h 30 min wall',
    ])
  })
})

describe('marks', () => {
  const mark = (step: number, kind: Mark['kind'] = 'save'): Mark => ({ kind, step, text: `${kind} ${step}` })

  it('of one kind that lie too close are one, and say all that they stand for', () => {
    const axis = { min: 0, max: 50, log: false, ticks: [] }
    const view = new View({ left: 0, right: 50, top: 0, bottom: 50 }, axis, axis)
    const placed = marksIn([mark(3), mark(1), mark(1, 'evaluation'), mark(40), mark(99)], 'step', view)
    expect(placed).toEqual([
      { kind: 'save', left: 1, texts: ['save 1', 'save 3'] },
      { kind: 'evaluation', left: 1, texts: ['evaluation 1'] },
      { kind: 'save', left: 40, texts: ['save 40'] },
    ])
  })
})

describe('lines', () => {
  const line = (label: string, over: Partial<LineSeries> = {}): LineSeries => ({
    ...{ label, points: [], tone: 'main' as const, ...over },
  })

  it('of runs have colours of their own, and neighbours another pattern too', () => {
    const looks = Array.from({ length: 32 }, (_, index) => curveTone(index))
    expect(new Set(looks.map(({ tone, dash }) => `${tone} ${dash}`)).size).toBe(32)
    expect(looks.every(({ tone }) => tone.startsWith('curve-'))).toBe(true)
    expect(looks.slice(1).every(({ dash }, at) => dash !== looks[at]?.dash)).toBe(true)
  })

  it('that are averages give way to smoothed values of the same chart', () => {
    const loss = [line('raw', { tone: 'faint' }), line('EMA', { asIs: true })]
    expect(drawnSeries(loss, 0)).toBe(loss)
    expect(drawnSeries(loss, 0.6)).toEqual([line('smoothed', { tone: 'main' })])
    const alone = [line('EMA', { asIs: true })]
    expect(drawnSeries(alone, 0.6)).toBe(alone)
    const schedule = [line('lr', { asIs: true }), line('momentum', { asIs: true })]
    expect(drawnSeries(schedule, 0.6)).toBe(schedule)
  })
})
