// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import CompareChoices from '../../../../../src-renderer/components/packing/CompareChoices.vue'
import CompareTable from '../../../../../src-renderer/components/packing/CompareTable.vue'
import { firstChoices, type Choices, type Variant } from '../../../../../src-renderer/packing/variants'
import { sampleConfig } from '../../runs/sample-run'

const config = sampleConfig({ max_seq_len: 512, device_batch_size: 8, total_batch_size: 4096 })
const variant: Variant = { packing: 'bestfit-crop', seq_len: 512, batch_size: 8, buffer_size: 100 }
const result = {
  batches: 10, rows: 20, steps: 5, utilisation: 0.9, loss_by_cropping: 0.05,
  tokens_used: 900, tokens_cropped: 50, tokens_padded: 50,
  conversations_cropped: 3, conversations_longer_than_row: 0, conversations_never_trained: 1,
  supervised: 440, supervised_used: 400, supervised_cropped: 30, supervised_never_trained: 14,
  supervised_cut_by_rendering: 60,
  rows_without_targets: 2, batches_without_targets: 1,
} // prettier-ignore

describe('the table', () => {
  const rows = [
    { variant, result: { ...variant, ...result } },
    { variant: { ...variant, buffer_size: 1000 }, result: null },
    { variant: { ...variant, packing: 'greedy-crop' as const }, result: null },
    { variant: { ...variant, seq_len: 3000, batch_size: 1 }, result: null },
  ]
  const wrapper = mount(CompareTable, { props: { rows, config } })
  const cells = (row: number): string[] =>
    wrapper
      .findAll('tbody tr')
      [row]?.findAll('td')
      .map((cell) => cell.text()) ?? []

  it('has each packing in numbers, and the greatest loss as the end of the bars', () => {
    expect(cells(0)).toEqual([
      'bestfit-crop',
      '8 × 512',
      '100',
      '',
      '90.0',
      '10.0',
      '5.0',
      '3',
      '1',
      '20.8',
      '1',
      '5',
      'in use',
    ])
    expect(wrapper.find('.end').text()).toBe('to 10.0 %')
    expect(
      wrapper
        .findAll('tbody tr')[0]
        ?.findAll('.bar i')
        .map((part) => part.attributes('style')),
    ).toEqual(['width: 50.000%;', 'width: 50.000%;'])
  })

  it('has no figure for what has not been packed', () => {
    expect(cells(1).slice(4, 10)).toEqual(Array(6).fill('–'))
  })

  it('lets a packing that trains be adopted, and says why another cannot be', async () => {
    expect(cells(2).at(-1)).toBe('for comparison only')
    expect(cells(3).at(-1)).toMatch(/no multiple of 1 × 3000/)
    await wrapper.findAll('tbody tr')[1]?.find('button').trigger('click')
    expect(wrapper.emitted('adopt')).toEqual([[{ ...config, buffer_size: 1000 }, rows[1]?.variant]])
  })
})

describe('the choices', () => {
  async function pressed(choices: Choices, label: string): Promise<Choices | undefined> {
    const wrapper = mount(CompareChoices, { props: { config, modelValue: choices } })
    await wrapper
      .findAll('button')
      .find((button) => button.text() === label)
      ?.trigger('click')
    return wrapper.emitted<[Choices]>('update:modelValue')?.[0]?.[0]
  }
  const choices = firstChoices(config)

  it('put a value in and take it out, in the order that they are offered in', async () => {
    expect((await pressed(choices, '256'))?.lengths).toEqual([256, 512])
    expect((await pressed(choices, '1,000'))?.buffers).toEqual([100])
    expect((await pressed(choices, 'greedy-crop'))?.policies).not.toContain('greedy-crop')
  })

  it('leave the last one of a kind in', async () => {
    expect((await pressed(choices, '512'))?.lengths).toEqual([512])
  })
})
