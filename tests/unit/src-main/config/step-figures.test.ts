import { expect, it } from 'vitest'

import { FIGURE_ROWS, stepMetric } from '../../../../src-main/config/step-figures.schema'
import { sampleStep } from '../../../support/run-samples'

/** What the first stores had a column for (runs/store-database.ts). */
const FROM_THE_START = new Set(
  'step loss loss_last_micro loss_ema lrm momentum dt_ms data_wait_ms tok_per_sec mfu epoch progress training_time_s first_batch'.split(
    ' ',
  ),
)

it('a step has every figure of the table', () => {
  expect(stepMetric.parse(sampleStep(3))).toEqual(sampleStep(3))
  expect(Object.keys(sampleStep(1)).sort()).toEqual(FIGURE_ROWS.map(([key]) => key).sort())
})

it.each(FIGURE_ROWS.filter(([key]) => !FROM_THE_START.has(key)))(
  '%s may be null, as it is in runs of before there was such a figure',
  (_, { schema }) => {
    expect(schema.safeParse(null).success).toBe(true)
  },
)

it.each(FIGURE_ROWS)('%s can be the name of a column', (key) => {
  expect(key).toMatch(/^[a-z][a-z0-9_]*$/)
})
