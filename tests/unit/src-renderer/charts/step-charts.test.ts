import { expect, it } from 'vitest'

import {
  comparedFigures,
  isForRanks,
  linesOf,
  STEP_CHARTS,
  syncFigure,
  TASK_CHARTS,
  type FigurePoints,
} from '../../../../src-renderer/charts/step-charts'
import { RunAxes } from '../../../../src-renderer/charts/x-axes'
import { sampleStep } from '../../../support/run-samples'

const axes = new RunAxes({ tokens: 100, startedAt: 0, onePass: false })

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
  expect(gradNorm?.figures.map(({ key }) => key)).toEqual(['grad_norm', 'grad_norm_by_group'])
  expect(STEP_CHARTS.map(({ look }) => look.title)).toEqual(
    ['Loss', 'lr, momentum', 'Speed', 'Gradient norm', 'Update norm', 'Data wait', 'Loss by rank', 'Memory'], // prettier-ignore
  )
})

it('compares averages of losses as they are, and where curves are smoothed what was measured', () => {
  const keys = (smoothing: number) => comparedFigures(smoothing).map(({ key }) => key)
  const others = ['tok_per_sec', 'grad_norm', 'data_wait_ms', 'memory_bytes']
  expect(keys(0)).toEqual(['loss_ema', ...others])
  expect(keys(0.9)).toEqual(['loss', ...others])
})

it('a figure by group has a line for every group, from the first step that measured it', () => {
  const line = { chart: { title: 'T', place: 'small', digits: 'two' }, label: 'norm' } as const
  // A step whose figure is by group, whichever figures the table has.
  const figure = { key: 'grad_norm', line, by: 'group' } as const
  const step = (number: number, groups: Record<string, number> | null) =>
    Object.assign(sampleStep(number), { grad_norm: groups })
  const points: FigurePoints = new Map()
  expect(syncFigure(points, figure, [step(1, null)])).toBe(false)
  const steps = [step(1, null), step(2, { head: 1, matrices: 2 })]
  expect(syncFigure(points, figure, steps)).toBe(true)
  expect(syncFigure(points, figure, [...steps, step(3, { head: 4 })])).toBe(false)
  const lines = linesOf([figure], new Map([['grad_norm', points]]), axes, 'first')
  expect(lines.map(({ label, tone, points: of }) => [label, tone, of])).toEqual([
    ['head', 'curve-0', [{ x: 2, y: 1 }, { x: 3, y: 4 }]],
    ['matrices', 'curve-1', [{ x: 2, y: 2 }]],
  ]) // prettier-ignore
})

it('a figure by rank has a line for every rank, and its chart is for runs of several', () => {
  const chart = STEP_CHARTS.find(isForRanks)
  const [figure] = chart?.figures ?? []
  if (!figure) throw new Error('the table has a figure by rank')
  const step = (number: number, losses: (number | null)[] | null) => ({
    ...sampleStep(number),
    loss_by_rank: losses,
  })
  const points: FigurePoints = new Map()
  const lines = () => linesOf([figure], new Map([['loss_by_rank', points]]), axes, 'first')
  syncFigure(points, figure, [step(1, null)])
  expect(lines()).toEqual([])
  syncFigure(points, figure, [step(1, [4, 5]), step(2, [3, null])])
  expect(lines().map(({ label, tone, points: of }) => [label, tone, of])).toEqual([
    ['rank 0', 'curve-0', [{ x: 1, y: 4 }, { x: 2, y: 3 }]],
    ['rank 1', 'curve-1', [{ x: 1, y: 5 }, { x: 2, y: NaN }]],
  ]) // prettier-ignore
})

it('a figure by task has a line for every task of the mixture, smoothed by its targets, with no point where a step has none', () => {
  const [chart] = TASK_CHARTS
  expect(chart?.look).toMatchObject({ title: 'Training loss by task', small: true })
  const [figure] = chart?.figures ?? []
  if (!figure) throw new Error('the table has a figure by task')
  const step = (number: number, tasks: [entry: number, loss: number, targets: number][] | null) => ({
    ...sampleStep(number),
    loss_by_task: tasks?.map(([entry, loss, targets]) => ({ entry, loss, targets })) ?? null,
  })
  const points: FigurePoints = new Map()
  const steps = [step(1, null), step(2, [[0, 4, 10], [2, 9, 1]]), step(3, [[2, 5, 3]])] // prettier-ignore
  expect(syncFigure(points, figure, steps)).toBe(true)
  expect(syncFigure(points, figure, [...steps, step(4, [[0, 3, 30]])])).toBe(false)
  const tasks = [{ name: 'A', colour: 0 }, { name: 'B', colour: 1 }, { name: 'C', colour: 9 }] // prettier-ignore
  const lines = linesOf([figure], new Map([['loss_by_task', points]]), axes, 'first', tasks)
  expect(lines.map(({ label, tone, dash }) => [label, tone, dash])).toEqual([
    ['A', 'task-0', 0],
    ['B', 'task-1', 0],
    ['C', 'task-1', 1],
  ])
  const [a, b, c] = lines.map((line) => line.points.map(({ x, y }) => [x, y]))
  expect(a?.map(([x]) => x)).toEqual([2, 4])
  expect(a?.[1]?.[1]).toBeCloseTo((0.9 * 10 * 4 + 30 * 3) / (0.9 * 10 + 30), 12)
  expect(b).toEqual([])
  expect(c?.map(([x]) => x)).toEqual([2, 3])
  expect(c?.[1]?.[1]).toBeCloseTo((0.9 * 1 * 9 + 3 * 5) / (0.9 + 3), 12)
})
