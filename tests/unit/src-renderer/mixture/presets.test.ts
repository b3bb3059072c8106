import { expect, it } from 'vitest'
import { mixture } from '../../../../src-main/data/mixture.schema'
import { PRESETS } from '../../../../src-renderer/mixture/presets'

it.each(PRESETS)('$id is a mixture, with the identity file in the nanochat folder', ({ mixture: make }) => {
  const made = make('/base')
  expect(mixture.parse(made)).toEqual(made)
  expect(made.train).toContainEqual(
    expect.objectContaining({ task: 'CustomJSON', filepath: '/base/identity_conversations.jsonl' }),
  )
  expect(made.val.length).toBeGreaterThan(0)
})

it("begins with the reference's default", () => {
  const { train, val } = PRESETS[0]?.mixture('/base') ?? { train: [], val: [] }
  expect(train.flatMap(({ task, repeat = 1 }) => new Array<string>(repeat).fill(task))).toEqual([
    ...['SmolTalk', 'MMLU', 'GSM8K', 'CustomJSON', 'CustomJSON', 'SimpleSpelling', 'SpellingBee'],
  ])
  expect(val.map(({ stop }) => stop)).toEqual([undefined, 5200, 420])
})
