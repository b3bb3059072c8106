// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { nextTick } from 'vue'
import { describe, expect, it } from 'vitest'
import QueueTable from '../../../../../src-renderer/components/queue/QueueTable.vue'
import { queueRows } from '../../../../../src-renderer/runs/queue-rows'
import type { QueueItem } from '../../../../../src-renderer/api/types'
import { sampleRun } from '../../runs/sample-run'

const done: QueueItem = { id: 'a', name: 'a', state: 'ended', run_id: 'r1', failure: null }
const waiting = (id: string): QueueItem => ({ id, name: id, state: 'waiting', run_id: null, failure: null })

function table(items: readonly QueueItem[]) {
  const shown = mount(
    {
      components: { QueueTable, TooltipProvider },
      props: ['rows'],
      template: '<TooltipProvider><QueueTable :rows="rows" :open="null" /></TooltipProvider>',
    },
    { attachTo: document.body, props: { rows: queueRows(items, [sampleRun({ state: 'done' })], new Map()) } },
  )
  const emitted = () => shown.getComponent(QueueTable).emitted()
  const press = (row: number, key: string, more = {}) =>
    shown.findAll('tbody tr')[row]?.trigger('keydown', { key, ...more })
  return { shown, emitted, press }
}

describe('the keys of a queued run', () => {
  it('move it among those that wait, and keep the focus on it', async () => {
    const { shown, emitted, press } = table([done, waiting('b'), waiting('c')])
    await press(1, 'ArrowUp', { altKey: true }) // above it is one that has ended
    await press(0, 'ArrowDown', { altKey: true })
    expect(emitted()['move']).toBeUndefined()
    await press(2, 'ArrowUp', { altKey: true })
    expect(emitted()['move']).toEqual([['c', 1]])
    await shown.setProps({ rows: queueRows([done, waiting('c'), waiting('b')], [], new Map()) })
    await nextTick()
    expect(document.activeElement?.getAttribute('aria-label')).toBe('c, waits')
    shown.unmount()
  })

  it('open its run and take it out', async () => {
    const { shown, emitted, press } = table([done, waiting('b')])
    await press(0, 'Enter')
    await press(1, 'Delete')
    expect(emitted()['open']).toHaveLength(1)
    expect(emitted()['remove']).toHaveLength(1)
    shown.unmount()
  })
})

it('says why one could not start, and what to do', () => {
  const failure = {
    code: 'run.blocked',
    message: 'The run cannot start as it is set up.',
    issues: [{ path: 'model_tag', message: 'No checkpoint d9.', hint: 'Check model_tag.' }],
  }
  const { shown } = table([{ ...waiting('b'), state: 'refused', failure }])
  expect(shown.text()).toContain('model_tag: No checkpoint d9. Check model_tag.')
  shown.unmount()
})
