// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import type { Removal } from '../../../../../src-renderer/api/types'
import RemovedLine from '../../../../../src-renderer/components/runs/RemovedLine.vue'
import TrashSection from '../../../../../src-renderer/components/settings/TrashSection.vue'
import { useNavigation } from '../../../../../src-renderer/composables/use-navigation'
import { useNotices } from '../../../../../src-renderer/composables/use-notices'
import { useRemoval } from '../../../../../src-renderer/composables/use-removal'
import { CallError } from '../../../../../src-renderer/api/client'
import { answerWith, connect, made, settled } from '../../main-process'
import { sampleRun } from '../../runs/sample-run'

const removal: Removal = { id: 'r1', name: 'first', dir: '/runs/r1', removed_at: 5, kept: [] }
const { remove, dismiss } = useRemoval()

function inTooltips(component: object) {
  return mount(defineComponent(() => () => h(TooltipProvider, () => h(component))))
}

beforeAll(() => connect())
beforeEach(dismiss)

it('says in its place what was removed and what stays, and takes it back', async () => {
  const kept = ['a.txt', 'b.txt', 'c.txt', 'd.txt']
  answerWith({ 'runs.remove': () => ({ ...removal, kept }), 'runs.restore': () => sampleRun() })
  const line = inTooltips(RemovedLine)
  expect(line.text()).toBe('')
  await remove('r1')
  await settled()
  expect(line.text()).toContain('first is in the trash')
  expect(line.text()).toContain('stays what it did not write: a.txt, b.txt, c.txt and 1 more')
  await line.get('button').trigger('click')
  await settled()
  expect(made.at(-1)).toEqual({ name: 'runs.restore', input: { runId: 'r1' } })
  expect(line.text()).toBe('')
  expect(useNavigation().openRun.value).toBe('r1')
})

it('takes the keyboard that removed it to the way back, and leaves it where it is otherwise', async () => {
  answerWith({ 'runs.remove': () => removal })
  const line = mount(
    defineComponent(() => () => h(TooltipProvider, () => h(RemovedLine))),
    {
      attachTo: document.body,
    },
  )
  await remove('r1')
  await settled()
  expect(document.activeElement?.textContent).toBe('Undo')
  dismiss()
  const elsewhere = document.body.appendChild(document.createElement('button'))
  elsewhere.focus()
  await remove('r1')
  await settled()
  expect(document.activeElement).toBe(elsewhere)
  line.unmount()
  elsewhere.remove()
})

it('keeps the way back where it could not be taken, and says why', async () => {
  answerWith({
    'runs.remove': () => removal,
    'runs.restore': () => {
      throw new CallError({ code: 'trash.taken', message: 'run.json is there.' })
    },
  })
  await remove('r1')
  const line = inTooltips(RemovedLine)
  await line.get('button').trigger('click')
  await settled()
  expect(line.text()).toContain('first is in the trash')
  expect(useNotices().notices.value.at(-1)).toMatchObject({ title: 'The run was not brought back' })
})

it('Settings says what the trash takes, and can put each back', async () => {
  let entries = [
    { ...removal, bytes: 3 * 1024 ** 2 },
    { ...removal, id: 'r2', name: 'second', bytes: 1024 ** 2 },
  ]
  answerWith({
    'runs.trash': () => entries,
    'runs.restore': ({ runId }) => {
      entries = entries.filter(({ id }) => id !== runId)
      return sampleRun()
    },
  })
  const section = inTooltips(TrashSection)
  await settled()
  expect(section.get('header').text()).toContain('2 runs, 4.00 MiB')
  await section.get('[aria-label="Put first back"]').trigger('click')
  await settled()
  expect(section.findAll('li').map((item) => item.text())).toHaveLength(1)
  expect(section.get('header').text()).toContain('1 run, 1.00 MiB')
})
