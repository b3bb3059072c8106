// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import RunFigures from '../../../../../src-renderer/components/train/RunFigures.vue'
import type { RunRecordState } from '../../../../../src-renderer/composables/use-run-record'
import { sampleStep } from '../../../../support/run-samples'

function mfuOf(steps: RunRecordState['steps']): { text: string; hint: string | undefined } {
  const record = {
    detail: null,
    steps,
    evals: [],
    samples: [],
    measures: [],
    ranks: null,
    log: [],
    secondsLeft: null,
    version: 0,
  }
  const figure = mount(RunFigures, { props: { record, version: 0 } })
    .findAll('.one')
    .find((each) => each.text().startsWith('MFU'))
  return { text: figure?.get('dd').text() ?? '', hint: figure?.attributes('title') }
}

it('shows MFU in percent where the peak is known', () => {
  expect(mfuOf([{ ...sampleStep(1), mfu: 48.72 }])).toEqual({ text: '48.7 %', hint: undefined })
})

it('says that MFU is not known, and where the reason is', () => {
  const { text, hint } = mfuOf([{ ...sampleStep(1), mfu: null }])
  expect(text).toBe('not known')
  expect(hint).toContain('the log say why')
})

it('claims nothing before the first step', () => {
  expect(mfuOf([])).toEqual({ text: '– %', hint: undefined })
})
