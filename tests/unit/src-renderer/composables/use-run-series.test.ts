// @vitest-environment happy-dom
import { expect, it } from 'vitest'
import { shallowRef } from 'vue'
import type { EvalMetric, TaskBpb } from '../../../../src-renderer/api/types'
import type { RunRecordState } from '../../../../src-renderer/composables/use-run-record'
import { useRunSeries } from '../../../../src-renderer/composables/use-run-series'
import { sampleStep } from '../../../support/run-samples'
import { inScope, settled } from '../main-process'

const task = (entry: number, val_bpb: number | null): TaskBpb => ({
  ...{ entry, task: 'MMLU', label: `entry ${entry}`, val_bpb, loss: 1, targets: 10, bytes: 30 },
})
const evaluation = (step: number, ...figures: (number | null)[]): EvalMetric => ({
  ...{ step, val_bpb: 1, seconds: 1, per_task: figures.map((figure, entry) => task(entry, figure)) },
})
const record = (evals: EvalMetric[], version = 0): RunRecordState => ({
  ...{
    detail: null,
    steps: [],
    evals,
    samples: [],
    measures: [],
    log: [],
    ranks: null,
    secondsLeft: null,
    version,
  },
})

it('has a line for each entry of mixture.val, appended to with every evaluation', async () => {
  const evals = [evaluation(0, 1.5, null)]
  const shown = shallowRef(record(evals))
  const { value, stop } = inScope(() => useRunSeries(shown))
  const lines = () => [...value.series.value.taskBpb]
  expect(lines()).toEqual([
    [0, [{ x: 0, y: 1.5 }]],
    [1, []],
  ])
  evals.push(evaluation(10, 1.25, 0.5))
  shown.value = { ...shown.value, version: 1 }
  await settled()
  expect(lines()).toEqual([
    [0, [{ x: 0, y: 1.5 }, { x: 10, y: 1.25 }]], // prettier-ignore
    [1, [{ x: 10, y: 0.5 }]],
  ])
  stop()
})

it('has the gradient norm of steps that measured it', () => {
  const steps = [{ ...sampleStep(1), grad_norm: null }, sampleStep(2), sampleStep(4)]
  const { value, stop } = inScope(() => useRunSeries(shallowRef({ ...record([]), steps })))
  expect(value.series.value.figures.get('grad_norm')?.get('')).toEqual([
    { x: 2, y: 1 },
    { x: 4, y: 0.5 },
  ])
  expect(value.series.value.figures.get('loss')?.get('')).toHaveLength(3)
  stop()
})

it('has none for a run of before there were such figures', () => {
  const { value, stop } = inScope(() =>
    useRunSeries(shallowRef(record([{ step: 0, val_bpb: 1, seconds: 1 }]))),
  )
  expect(value.series.value.taskBpb.size).toBe(0)
  expect(value.series.value.bpb).toEqual([{ x: 0, y: 1 }])
  stop()
})
