// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { beforeEach, expect, it } from 'vitest'
import RankChips from '../../../../../src-renderer/components/train/RankChips.vue'
import type { RunRecordState } from '../../../../../src-renderer/composables/use-run-record'
import { useNavigation } from '../../../../../src-renderer/composables/use-navigation'
import { sampleConfig, sampleRun } from '../../runs/sample-run'

const { rank } = useNavigation()
beforeEach(() => {
  rank.value = 0
})

function chips(ranks: number, loss = false) {
  const run = sampleRun()
  const detail = {
    ...run,
    config: sampleConfig({ world_size: ranks }),
    config_path: null,
    differences: [],
    model: null,
  }
  const statuses = Array.from({ length: ranks }, (_, each) => ({
    ...{ rank: each, state: 'training' as const, host: '127.0.0.1:1', pid: 7 },
  }))
  const lost = { rank: 1, why: 'Rank 1 was ended by SIGKILL.', at: 0, times: 1, most: 3 }
  const record: RunRecordState = {
    ...{ detail, steps: [], evals: [], samples: [], measures: [], log: [], secondsLeft: null, version: 0 },
    ranks: { ranks: statuses, loss: loss ? lost : null },
  }
  return mount(RankChips, { props: { run, record } })
}

it('has a chip for each rank, and the chosen one is that whose batches are shown', async () => {
  const wrapper = chips(2)
  const [first, second] = wrapper.findAll('button')
  expect(first?.attributes('aria-pressed')).toBe('true')
  expect(second?.attributes('aria-label')).toMatch(
    /^Rank 1 at 127\.0\.0\.1:1, process 7: training\. .* Show its batches$/,
  )
  await second?.trigger('click')
  expect(rank.value).toBe(1)
  expect(second?.attributes('aria-pressed')).toBe('true')
})

it('says which rank was lost, and why, in a place that was there before', async () => {
  const wrapper = chips(2)
  const status = wrapper.get('[role=status]')
  expect(status.text()).toBe('')
  await wrapper.setProps({ record: chips(2, true).props('record') })
  expect(status.text()).toContain('Rank 1 was ended by SIGKILL.')
  expect(wrapper.get('[role=status]').element).toBe(status.element)
})

it('says in words what a small chip of many has no room for', () => {
  rank.value = 40
  const wrapper = chips(64)
  expect(wrapper.findAll('button')).toHaveLength(64)
  expect(wrapper.get('.caption').text()).toContain('64 training')
  expect(wrapper.get('.caption').text()).toContain('Rank 40 at ')
})

it('is not there where one rank trains', () => {
  expect(chips(1).find('section').exists()).toBe(false)
})
