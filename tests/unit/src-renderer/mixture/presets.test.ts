import { describe, expect, it } from 'vitest'
import { mixture, type MixtureConfig } from '../../../../src-main/data/mixture.schema'
import { PRESETS } from '../../../../src-renderer/mixture/presets'

function made(id: string): MixtureConfig {
  return PRESETS.find((preset) => preset.id === id)?.mixture('/base') ?? { train: [], val: [] }
}

function tasks({ train }: MixtureConfig): string[] {
  return train.flatMap(({ task, repeat = 1 }) => new Array<string>(repeat).fill(task))
}

it.each(PRESETS)('$id is a mixture, with its own files in the nanochat folder', ({ mixture: make }) => {
  const { train, val } = make('/base')
  expect(mixture.parse({ train, val })).toEqual({ train, val })
  expect(val.length).toBeGreaterThan(0)
  for (const entry of train)
    if (entry.task === 'CustomJSON') expect(entry.filepath).toBe('/base/identity_conversations.jsonl')
})

it.each(PRESETS)('$id says so where it sets more than the mixture', ({ about, recipe }) => {
  expect(about.endsWith('; sets recipe and options')).toBe(recipe !== null)
})

describe('the mixtures of the two recipes', () => {
  const ours = { before: ['CustomJSON', 'CustomJSON'], after: ['SimpleSpelling', 'SpellingBee'] }
  const rest = [...new Array<string>(3).fill('MMLU'), ...new Array<string>(4).fill('GSM8K')]

  it('midtraining’s is the reference’s default', () => {
    expect(tasks(made('nanochat'))).toEqual(['SmolTalk', 'MMLU', 'GSM8K', ...ours.before, ...ours.after])
  })

  it('SFT’s is that of today’s chat_sft, by names that its task_data has', () => {
    expect(tasks(made('sft'))).toEqual(['SmolTalk', ...rest])
    expect(made('sft').train[1]).toMatchObject({ subset: 'all', split: 'auxiliary_train' })
  })

  it('with our tasks it is that of the last chat_sft that had them', () => {
    expect(tasks(made('sft-ours'))).toEqual(['SmolTalk', ...ours.before, ...rest, ...ours.after])
  })

  it.each(['nanochat', 'sft', 'sft-ours'])('val is the same for all: %s', (id) => {
    expect(made(id).val.map(({ stop }) => stop)).toEqual([undefined, 5200, 420])
  })
})
