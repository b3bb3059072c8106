import { expect, test } from 'vitest'

import {
  debiased,
  emptyAverage,
  evalLine,
  modelFlopsUtilisation,
  stepLine,
  stepLosses,
  updateAverage,
} from '../../../../src-main/engine/metrics'
import { sampleStep } from '../../../support/run-samples'

test('the average of one constant is that constant, from the first update on', () => {
  let average = emptyAverage
  for (let n = 1; n <= 50; n++) {
    average = updateAverage(average, 3.5)
    expect(debiased(average)).toBeCloseTo(3.5, 12)
  }
})

test("a step's line is the seed's", () => {
  const metric = {
    ...sampleStep(7),
    loss: 3.25,
    loss_ema: 3.1234567,
    lrm: 0.5,
    dt_ms: 331.256,
    tok_per_sec: 12345.9,
    mfu: 12.345,
    epoch: 2,
    progress: 0.12345,
    training_time_s: 90,
  }
  expect(stepLine(metric, 1)).toBe(
    'step 00007 (12.35%) | loss: 3.123457 | lrm: 0.50 | dt: 331.26ms | tok/sec: 12,345 | mfu: 12.35 | epoch: 2 | total time: 1.50m',
  )
  expect(stepLine(metric, 4)).toMatch(/ \| total time: 1\.50m \| mean loss: 3\.250000$/)
  expect(stepLine({ ...metric, mfu: null }, 1)).toContain(' | mfu: not known | ')
  expect(evalLine(150, 0.98765)).toBe('Step 00150 | Validation bpb: 0.9877')
})

test('MFU is a share of the peak, and unknown where the peak is', () => {
  expect(modelFlopsUtilisation(2.5e11, 1e12)).toBe(25)
  expect(modelFlopsUtilisation(2.5e11, null)).toBeNull()
})

test('micro-batches weigh the same in a step’s mean; a loss without targets is not known', () => {
  expect(stepLosses([1, 2, 6], [1, 9, 1], emptyAverage)).toMatchObject({ loss: 3, targets: 11 })
  const none = stepLosses([0], [0], emptyAverage)
  expect(none).toEqual({
    ...{ loss: null, loss_last_micro: null, loss_ema: null, average: emptyAverage },
    ...{ targets: 0, empty_micro_batches: 1 },
  })
  expect(stepLine({ ...sampleStep(1), ...none }, 2)).toMatch(/loss: not known.*mean loss: not known/)
})
