// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { beforeAll, describe, expect, it } from 'vitest'
import { RUN_COLUMNS } from '../../../../../src-renderer/components/runs/run-columns'
import RunTable from '../../../../../src-renderer/components/runs/RunTable.vue'
import { neighbourDiff } from '../../../../../src-renderer/runs/neighbour-diff'
import { answerWith, connect, made, settled } from '../../main-process'
import { sampleConfig, sampleRun } from '../../runs/sample-run'

beforeAll(() => connect())

const configs = [{ matrix_lr: 0.01, seed: 43 }, {}, {}].map(sampleConfig)
const [newest = sampleConfig(), middle = sampleConfig(), oldest = sampleConfig()] = configs

/** What was asked of the main process, apart from what the columns show. */
const labelled = (): unknown[] => made.flatMap(({ name, input }) => (name === 'runs.label' ? [input] : []))

const SORT = { by: 'started', descending: true }

function table(known = true) {
  const diffs = new Map([
    ['c', neighbourDiff(middle, newest)],
    ['b', neighbourDiff(oldest, middle)],
  ])
  const rows = ['c', 'b', 'a'].map((id) => ({
    run: sampleRun({ id }),
    diff: known ? diffs.get(id) : undefined,
  }))
  return mount(RunTable, { props: { rows, columns: RUN_COLUMNS, open: null, ticked: [], sort: SORT } })
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
  expect(heads.indexOf('differs in')).toBe(3)
  expect(heads).toHaveLength(wrapper.findAll('tbody tr:first-child td').length)
})

describe('the keys of a row', () => {
  const pressed = async (key: string) => {
    const wrapper = mount(RunTable, {
      attachTo: document.body,
      props: {
        rows: ['b', 'a'].map((id) => ({ run: sampleRun({ id, name: `run ${id}` }), diff: undefined })),
        columns: RUN_COLUMNS,
        ...{ open: null, ticked: [], sort: SORT },
      },
    })
    const [row] = wrapper.findAll('tbody tr')
    ;(row?.element as HTMLElement).focus()
    await row?.trigger('keydown', { key })
    return { wrapper, row }
  }

  it.each([
    ['Enter', 'open', ['b']],
    ['Delete', 'remove', ['b']],
    [' ', 'update:ticked', [['b']]],
  ])('%s emits %s', async (key, event, payload) => {
    const { wrapper } = await pressed(key)
    expect(wrapper.emitted(event)).toEqual([payload])
    wrapper.unmount()
  })

  it('F2 renames: Enter takes the name, and the row has the focus again', async () => {
    answerWith({ 'runs.label': ({ labels }) => sampleRun(labels as object) })
    const { wrapper, row } = await pressed('F2')
    const field = wrapper.get('input[aria-label="New name of run b"]')
    expect(document.activeElement).toBe(field.element)
    await field.setValue(' better ')
    await field.trigger('keydown', { key: 'Enter' })
    await settled()
    expect(labelled()).toEqual([{ runId: 'b', labels: { name: 'better' } }])
    expect(document.activeElement).toBe(row?.element)
    wrapper.unmount()
  })

  it('F2 and Escape change nothing', async () => {
    answerWith({})
    const { wrapper, row } = await pressed('F2')
    const field = wrapper.get('input[aria-label="New name of run b"]')
    await field.setValue('better')
    await field.trigger('keydown', { key: 'Escape' })
    await settled()
    expect(labelled()).toEqual([])
    expect(document.activeElement).toBe(row?.element)
    wrapper.unmount()
  })
})

it('sorts by the column that is pressed, and says by which it is sorted', async () => {
  const wrapper = table()
  const head = (title: string) => wrapper.findAll('th').find((one) => one.text().startsWith(title))
  expect(head('started')?.attributes('aria-sort')).toBe('descending')
  expect(head('differs in')?.find('button').exists()).toBe(false)
  await head('best bpb')?.get('button').trigger('click')
  await head('run')?.get('button').trigger('click')
  expect(wrapper.emitted('sort')).toEqual([['best_val_bpb'], ['name']])
})
