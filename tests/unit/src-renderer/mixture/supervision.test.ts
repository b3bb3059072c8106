import { expect, it } from 'vitest'
import type { PackingFacts } from '../../../../src-renderer/api/types'
import { supervisionOf } from '../../../../src-renderer/mixture/supervision'

const entry = {
  entry: 2,
  name: 'GSM8K',
  conversations: 10,
  conversations_longer_than_row: 0,
  longest: 9,
  tokens: 100,
  tokens_used: 80,
  tokens_cropped: 20,
  conversations_cut_by_rendering: 0,
  tokens_cut_by_rendering: 0,
  supervised: 40,
  supervised_used: 30,
  supervised_cropped: 6,
  supervised_never_trained: 4,
  supervised_cut_by_rendering: 10,
}
const facts: PackingFacts = {
  epoch_steps: 1,
  val_batches: null,
  longer_than_row: 0,
  conversations: 10,
  run: null,
  entries: [entry, { ...entry, entry: 3, supervised: 0, supervised_cut_by_rendering: 0 }],
  targets: { loss: 'all', micro_batches: 1, without: 0, with_few: 0, first_step_without: null },
}

it('takes what is cut, cropped and never trained from what is given', () => {
  expect(supervisionOf(facts, 2)).toEqual({
    given: 50,
    cut: 10,
    cropped: 6,
    neverTrained: 4,
    lost: 20,
    kept: 0.6,
  })
})

it('has no share where nothing is supervised, and nothing where nothing is known', () => {
  expect(supervisionOf(facts, 3)?.kept).toBeNull()
  expect(supervisionOf(facts, 0)).toBeNull()
  expect(supervisionOf(null, 2)).toBeNull()
})
