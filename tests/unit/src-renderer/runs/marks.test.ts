import { expect, it } from 'vitest'
import { RunAxes } from '../../../../src-renderer/charts/x-axes'
import { marksOf } from '../../../../src-renderer/runs/marks'
import type { RunRecordState } from '../../../../src-renderer/composables/use-run-record'
import { sampleSteps } from '../../../support/run-samples'
import { sampleConfig, sampleRun } from './sample-run'

const axes = new RunAxes({ tokens: 100, startedAt: 1_000_000, onePass: false })

function record(over: Partial<RunRecordState> = {}): RunRecordState {
  const detail = { ...sampleRun({ checkpoints: [2] }), config: sampleConfig(), config_path: null }
  return {
    ...{
      detail: { ...detail, differences: [], model: null },
      steps: [],
      evals: [],
      samples: [],
      measures: [],
      ranks: null,
      log: [],
    },
    ...{ secondsLeft: null, version: 0, ...over },
  }
}

it('marks evaluations, answers, kept checkpoints and where a run rested, where they lie along x', () => {
  const steps = sampleSteps(1, 3)
  const [, second, third] = steps
  if (!second || !third) throw new Error('there are three')
  steps[2] = { ...third, resumed: 1, ended_at: (second.ended_at ?? 0) + third.dt_ms + 190_000 }
  axes.follow(steps)
  const evals = [{ step: 2, val_bpb: 1.25, seconds: 1 }]
  const samples = [
    { step: 2, seconds: 1, answers: [{ prompt: 'Spell pear.', answer: 'p,e,a,r', cut: false }] },
  ]
  const marks = marksOf(record({ steps, evals, samples }), axes)
  expect(marks.map(({ kind, step, text }) => [kind, step, text])).toEqual([
    ['evaluation', 2, 'step 2: evaluated, 1.2500 bits a byte'],
    ['sample', 2, 'step 2: answered 1 prompt'],
    ['save', 2, 'step 2: checkpoint kept'],
    ['pause', 2, 'step 2: paused for 3 min 10 s'],
    ['resume', 3, 'step 3: resumed'],
  ])
  expect(marks[0]?.along?.('tokens')(2)).toBe(200)
})

it('has no rests of a run from before they were told', () => {
  const steps = sampleSteps(1, 3).map((step) => ({ ...step, resumed: null }))
  expect(marksOf(record({ steps }), axes).map(({ kind }) => kind)).toEqual(['save'])
})

it('marks where a branch began in place of a rest, with what differs', () => {
  const steps = sampleSteps(1, 3).map((step) => ({ ...step, resumed: Number(step.step === 3) }))
  const parent = { id: 'p', name: 'first', step: 2, changes: ['matrix_lr 0.01 in place of 0.02'] }
  const { detail } = record()
  const marks = marksOf(record({ steps, detail: detail && { ...detail, checkpoints: [], parent } }), axes)
  expect(marks.map(({ kind, text }) => [kind, text])).toEqual([
    ['branch', 'step 2: branched off first: matrix_lr 0.01 in place of 0.02'],
  ])
})
