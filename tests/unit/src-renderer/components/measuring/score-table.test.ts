// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'

import ScoreTable from '../../../../../src-renderer/components/measuring/ScoreTable.vue'
import type { ShownScore } from '../../../../../src-renderer/measuring/scores'

function score(task: ShownScore['task'], right: number, baseline = 0): ShownScore {
  return {
    ...{
      task,
      right,
      baseline,
      dtype: 'float32',
      total: 10,
      problems: 10,
      begun_at: 0,
      ended_at: 1,
      seconds: 1,
    },
    ...{ tensorflow: '2.21.0', isolation: null, accuracy: right / 10, low: right / 20, high: 0.9 },
    key: { of: 'checkpoint', identity: 'a'.repeat(32) },
  }
}

const one = { title: 'd4 step 1', scores: [score('MMLU', 5, 0.25), score('GSM8K', 2)] }
const other = { title: 'd4 step 2', scores: [score('MMLU', 7, 0.25)] }

it('shows a model’s tasks with accuracy, interval and what is right, and ChatCORE', async () => {
  const table = mount(ScoreTable, { props: { models: [one] } })
  const rows = table.findAll('tbody').map((row) => row.text())
  expect(rows).toHaveLength(2)
  expect(rows[0]).toMatch(/MMLU\s*50\.0 %\s*25\.0–90\.0\s*5 \/ 10/)
  expect(table.find('tfoot').text()).toMatch(/over 2 tasks; of multiple choice 0\.333\s*0\.267/)
  await table.findAll('tbody')[1]?.trigger('click')
  await table.findAll('tbody')[0]?.trigger('keydown', { key: 'Enter' })
  expect(table.emitted('open')).toEqual([['GSM8K'], ['MMLU']])
})

it('shows several models under one another, and says where one was not measured', () => {
  const table = mount(ScoreTable, { props: { models: [one, other] } })
  const [mmlu, gsm8k] = table.findAll('tbody')
  expect(mmlu?.findAll('tr').map((row) => row.find('.num').text())).toEqual(['50.0 %', '70.0 %'])
  expect(gsm8k?.findAll('tr')[1]?.text()).toContain('not measured')
})
