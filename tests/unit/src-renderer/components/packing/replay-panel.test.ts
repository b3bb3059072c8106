// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { beforeAll, describe, expect, it } from 'vitest'
import { defineComponent, h, shallowRef } from 'vue'
import type { BatchView } from '../../../../../src-renderer/api/types'
import ReplayPanel from '../../../../../src-renderer/components/packing/ReplayPanel.vue'
import { useProject } from '../../../../../src-renderer/composables/use-project'
import { useReplay } from '../../../../../src-renderer/composables/use-replay'
import { answerWith, connect, settled } from '../../main-process'
import { sampleBatch } from '../../packing/sample-batch'
import { sampleReplay } from '../../packing/sample-replay'
import { projectOf, sampleConfig } from '../../runs/sample-run'

const project = projectOf(sampleConfig())
let closed = 0

const Panel = defineComponent({
  setup() {
    const replaying = useReplay(shallowRef<BatchView | null>(sampleBatch()))
    replaying.open(1)
    return () =>
      h(TooltipProvider, () =>
        h(ReplayPanel, {
          replaying,
          rows: 2,
          colourOf: (task: number) => task + 2,
          nameOf: (task: number) => `Task ${task}`,
          onClose: () => closed++,
        }),
      )
  },
})

async function shown() {
  answerWith({
    'project.current': () => project,
    'packing.replay': ({ row }) => ({ ...sampleReplay(), row }),
  })
  await useProject().load()
  const wrapper = mount(Panel, { attachTo: document.body })
  await settled()
  const press = async (key: string) => {
    await wrapper.find('aside').trigger('keydown', { key })
    await settled()
  }
  const placement = () => wrapper.find('[data-testid="replay-placement"]').text()
  return { wrapper, press, placement }
}

beforeAll(() => connect())

describe('the replay of a row', () => {
  it('lists the buffer longest first, with what was taken marked', async () => {
    const { wrapper } = await shown()
    const lines = wrapper.findAll('li')
    expect(lines.map((line) => line.find('.conversation').text())).toEqual(['7', '9', '8'])
    expect(lines.map((line) => line.find('.fate').text())).toEqual(['2 too long', 'taken', 'fits'])
    expect(lines.map((line) => line.attributes('aria-current'))).toEqual([undefined, 'true', undefined])
    expect(lines[0]?.attributes('title')).toBe('Task 1, conversation 7: read as number 1 of the buffer')
    wrapper.unmount()
  })

  it('goes from placement to placement by arrow keys and buttons', async () => {
    const { wrapper, press, placement } = await shown()
    expect(placement()).toBe('1 of 2')
    await press('ArrowRight')
    expect(placement()).toBe('2 of 2')
    expect(wrapper.find('[data-testid="replay-why"]').text()).toMatch(/7, is taken and loses 10 tokens/)
    expect(wrapper.find('[aria-label="Next placement"]').attributes('disabled')).toBeDefined()
    await wrapper.find('[aria-label="First placement"]').trigger('click')
    expect(placement()).toBe('1 of 2')
    await press('End')
    expect(placement()).toBe('2 of 2')
    wrapper.unmount()
  })

  it('goes to the other rows, and is closed by Escape', async () => {
    const { wrapper, press, placement } = await shown()
    await press('ArrowRight')
    await press('ArrowUp')
    expect(wrapper.find('h2').text()).toBe('How row 0 was filled')
    expect(placement()).toBe('1 of 2')
    await press('Escape')
    expect(closed).toBe(1)
    wrapper.unmount()
  })

  it('has the keyboard as soon as it opens', async () => {
    const { wrapper } = await shown()
    expect(document.activeElement).toBe(wrapper.find('aside').element)
    wrapper.unmount()
  })
})
