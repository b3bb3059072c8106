import { expect, it } from 'vitest'

import {
  COMPARED_FIGURES,
  linesOf,
  STEP_CHARTS,
  syncFigure,
  type FigurePoints,
} from '../../../../src-renderer/charts/step-charts'
import { sampleStep } from '../../../support/run-samples'

it('figures that share a chart are its lines, in the order of the table', () => {
  const [loss, schedule, speed, gradNorm] = STEP_CHARTS
  expect(loss?.look).toMatchObject({ title: 'Loss', small: false, yMin: null })
  expect(loss?.figures.map(({ key }) => key)).toEqual(['loss', 'loss_ema'])
  expect(schedule?.figures.map(({ key }) => key)).toEqual(['lrm', 'momentum'])
  expect(speed?.look.title).toBe('Speed')
  expect(gradNorm?.look).toMatchObject({
    title: 'Gradient norm',
    unit: 'L2',
    small: true,
    yMin: 0,
    yMax: null,
  })
  expect(COMPARED_FIGURES.map(({ key }) => key).slice(0, 2)).toEqual(['loss_ema', 'grad_norm'])
})

it('a figure by group has a line for every group, from the first step that measured it', () => {
  const line = { chart: { title: 'T', place: 'small', digits: 'two' }, label: 'norm' } as const
  // A step whose figure is by group, whichever figures the table has.
  const figure = { key: 'grad_norm', line, byGroup: true } as const
  const step = (number: number, groups: Record<string, number> | null) =>
    Object.assign(sampleStep(number), { grad_norm: groups })
  const points: FigurePoints = new Map()
  expect(syncFigure(points, figure, [step(1, null)])).toBe(false)
  const steps = [step(1, null), step(2, { head: 1, matrices: 2 })]
  expect(syncFigure(points, figure, steps)).toBe(true)
  expect(syncFigure(points, figure, [...steps, step(3, { head: 4 })])).toBe(false)
  const lines = linesOf([figure], new Map([['grad_norm', points]]))
  expect(lines.map(({ label, tone, points: of }) => [label, tone, of])).toEqual([
    ['head', 'task-0', [{ x: 2, y: 1 }, { x: 3, y: 4 }]],
    ['matrices', 'task-1', [{ x: 2, y: 2 }]],
  ]) // prettier-ignore
})
