// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import { useRowKeys } from '../../../../src-renderer/composables/use-row-keys'

const ROWS = ['first', 'second', 'third']

/** A table of three rows; what was opened is told to `opened`. */
function table(opened: string[]) {
  return defineComponent({
    setup() {
      const body = ref<HTMLElement | null>(null)
      const { onKey } = useRowKeys(body)
      return () =>
        h('table', h('tbody', { ref: body }, ROWS.map((name, index) => h('tr', {
          id: name,
          tabindex: 0,
          onKeydown: (event: KeyboardEvent) => { onKey(event, index, ROWS.length, () => opened.push(name)) },
        })))) // prettier-ignore
    },
  })
}

it('moves the focus by arrows, stays at the ends, and opens by Enter', async () => {
  const opened: string[] = []
  const shown = mount(table(opened), { attachTo: document.body })
  const press = async (row: string, key: string): Promise<{ focus: string | undefined; taken: boolean }> => {
    const event = new KeyboardEvent('keydown', { key, cancelable: true })
    shown.get(`#${row}`).element.dispatchEvent(event)
    await nextTick()
    return { focus: document.activeElement?.id, taken: event.defaultPrevented }
  }
  expect(await press('first', 'ArrowDown')).toEqual({ focus: 'second', taken: true })
  expect(await press('third', 'ArrowDown')).toEqual({ focus: 'third', taken: true })
  expect(await press('second', 'ArrowUp')).toEqual({ focus: 'first', taken: true })
  expect(await press('first', 'ArrowUp')).toEqual({ focus: 'first', taken: true })
  expect(await press('first', 'x')).toEqual({ focus: 'first', taken: false })
  expect(opened).toEqual([])
  expect(await press('second', 'Enter')).toEqual({ focus: 'first', taken: true })
  expect(opened).toEqual(['second'])
  shown.unmount()
})
