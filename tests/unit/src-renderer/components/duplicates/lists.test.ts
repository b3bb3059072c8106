// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defineComponent, h, type Component } from 'vue'
import type { RunConfig } from '../../../../../src-renderer/api/types'
import ExcludedList from '../../../../../src-renderer/components/duplicates/ExcludedList.vue'
import PairList from '../../../../../src-renderer/components/duplicates/PairList.vue'
import { useDuplicates } from '../../../../../src-renderer/composables/use-duplicates'
import { useProject } from '../../../../../src-renderer/composables/use-project'
import { answerWith, connect, settled } from '../../main-process'
import { sampleFindings, samplePair } from '../../mixture/sample-findings'
import { projectOf, sampleConfig } from '../../runs/sample-run'

const TOTAL = 150

/** A list in the window, with the project's config. The search is made first where its pairs are listed. */
async function shown(list: Component, props: object, over: object = {}) {
  answerWith({
    'project.current': () => projectOf(sampleConfig(over)),
    'project.edit': ({ config }) => projectOf(config),
    'duplicates.find': () => sampleFindings(),
    'duplicates.pairs': ({ offset, limit }) => ({
      total: TOTAL,
      pairs: Array.from({ length: Math.min(limit, TOTAL - offset) }, (_, i) => samplePair(offset + i)),
    }),
    'duplicates.compare': () => ({ marked: 'differs', one: [], other: [] }),
    'jobs.cancel': () => ({}),
  })
  await useProject().load()
  const List = defineComponent({
    setup() {
      const { search } = useDuplicates()
      void search()
      return () => h(TooltipProvider, () => h(list, props))
    },
  })
  const wrapper = mount(List, { attachTo: document.body })
  await settled()
  const rows = () => wrapper.findAll('tbody tr')
  return {
    wrapper,
    rows,
    /** Text of the row that has the keys; null where none has them. */
    focused: () =>
      rows()
        .find(({ element }) => element === document.activeElement)
        ?.text() ?? null,
    selected: () => rows().findIndex((row) => row.attributes('aria-selected') === 'true'),
    press: async (key: string, modifiers: object = {}) => {
      const at = rows().find(({ element }) => element === document.activeElement)
      await at?.trigger('keydown', { key, ...modifiers })
      await settled()
    },
    click: async (index: number) => {
      await rows()[index]?.find('button').trigger('click')
      await settled()
    },
  }
}
const excluded = () => useProject().config.value?.exclude

beforeAll(() => connect())
beforeEach(() => (document.body.innerHTML = ''))
afterEach(() => useProject().flush())

const MODIFIERS = [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]

describe('the pairs', () => {
  const mixture: RunConfig['mixture'] = sampleConfig().mixture
  const props = {
    of: { kind: 'exact', entry: null, test: null },
    findings: sampleFindings(),
    mixture,
    stale: false,
  }

  it('keep the keys when a page is turned, there and back', async () => {
    const { wrapper, rows, focused, press } = await shown(PairList, props)
    rows()[3]?.element.dispatchEvent(new MouseEvent('click', { bubbles: true }))
    await settled()
    expect(focused()).toContain('conversation 3')
    await press('PageDown')
    expect(rows()).toHaveLength(50)
    expect(focused()).toContain('conversation 100')
    await press('e')
    expect(excluded()).toEqual([[0, 100]])
    await press('PageUp')
    expect(focused()).toContain('conversation 0')
    wrapper.unmount()
  })

  it('do not take the keys from elsewhere when a page is turned', async () => {
    const { wrapper, rows, focused } = await shown(PairList, props)
    await wrapper.find("button[aria-label='Next page']").trigger('click')
    await settled()
    expect(rows()).toHaveLength(50)
    expect(focused()).toBeNull()
    wrapper.unmount()
  })

  it('are selected by a click on Exclude, and have the keys', async () => {
    const { wrapper, selected, focused, click, press } = await shown(PairList, props)
    await click(2)
    expect(excluded()).toEqual([[0, 2]])
    expect(selected()).toBe(2)
    expect(focused()).toContain('conversation 2')
    await press('e')
    expect(excluded()).toEqual([])
    wrapper.unmount()
  })

  it.each(MODIFIERS)('leave E with %o to others', async (modifiers) => {
    const { wrapper, rows, press } = await shown(PairList, props)
    rows()[0]?.element.dispatchEvent(new MouseEvent('click', { bubbles: true }))
    await settled()
    await press('e', modifiers)
    expect(excluded()).toEqual([])
    wrapper.unmount()
  })
})

describe('the excluded conversations', () => {
  const exclude = [[0, 11], [0, 22], [0, 33]] // prettier-ignore

  it('are taken back by a click, and the next one has the keys', async () => {
    const { wrapper, focused, click, press } = await shown(ExcludedList, {}, { exclude })
    await click(1)
    expect(excluded()).toEqual([[0, 11], [0, 33]]) // prettier-ignore
    expect(focused()).toContain('33')
    await press('e')
    expect(excluded()).toEqual([[0, 11]])
    expect(focused()).toContain('11')
    wrapper.unmount()
  })

  it.each(MODIFIERS)('leave E with %o to others', async (modifiers) => {
    const { wrapper, rows, press } = await shown(ExcludedList, {}, { exclude })
    rows()[0]?.element.dispatchEvent(new MouseEvent('click', { bubbles: true }))
    await settled()
    await press('e', modifiers)
    expect(excluded()).toEqual(exclude)
    wrapper.unmount()
  })
})
