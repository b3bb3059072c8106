// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { RUN_COLUMNS } from '../../../../../src-renderer/components/runs/run-columns'
import RunTable from '../../../../../src-renderer/components/runs/RunTable.vue'
import { neighbourDiff } from '../../../../../src-renderer/runs/neighbour-diff'
import { sampleConfig, sampleRun } from '../../runs/sample-run'

const configs = [{ matrix_lr: 0.01, seed: 43 }, {}, {}].map(sampleConfig)
const [newest = sampleConfig(), middle = sampleConfig(), oldest = sampleConfig()] = configs

function table(known = true) {
  const diffs = new Map([
    ['c', neighbourDiff(middle, newest)],
    ['b', neighbourDiff(oldest, middle)],
  ])
  const rows = ['c', 'b', 'a'].map((id) => ({
    run: sampleRun({ id }),
    diff: known ? diffs.get(id) : undefined,
  }))
  return mount(RunTable, { props: { rows, columns: RUN_COLUMNS, open: null, ticked: [] } })
}
const cells = (wrapper: ReturnType<typeof table>) => wrapper.findAll('td[data-column="diff"]')

it('says what each run does otherwise than the one below it, with the whole of it in the title', () => {
  const shown = cells(table())
  expect(shown.map((cell) => cell.text().replaceAll('\u00a0', ' '))).toEqual([
    'seed 42 → 43, matrix_lr',
    'like the one before',
    '',
  ])
  expect(shown[0]?.get('span').attributes('title')).toBe('seed: 42 → 43\nmatrix_lr: 0.02 → 0.01')
  expect(shown[1]?.get('span').classes()).toContain('dim')
})

it('has the column before the options are known, so that nothing moves when they come', () => {
  const wrapper = table(false)
  expect(cells(wrapper).map((cell) => cell.text())).toEqual(['', '', ''])
  const heads = wrapper.findAll('th').map((head) => head.text())
  expect(heads.indexOf('differs in')).toBe(2)
  expect(heads).toHaveLength(wrapper.findAll('tbody tr:first-child td').length)
})
