import { describe, expect, test } from 'vitest'

import type { EntryFacts, PackingFacts } from '../../../../src-main/packing/packing-facts.schema'
import type { RunConfig } from '../../../../src-main/config/config.schema'
import { lossFindings } from '../../../../src-main/runs/preflight-losses'
import { sampleConfig } from '../../../support/run-samples'

const entry = (of: Partial<EntryFacts>): EntryFacts => ({
  entry: 0,
  name: 'SmolTalk train',
  conversations: 1000,
  conversations_longer_than_row: 0,
  longest: 200,
  tokens: 100_000,
  tokens_used: 99_000,
  tokens_cropped: 1000,
  conversations_cut_by_rendering: 0,
  tokens_cut_by_rendering: 0,
  supervised: 50_000,
  supervised_used: 50_000,
  supervised_cropped: 0,
  supervised_never_trained: 0,
  supervised_cut_by_rendering: 0,
  ...of,
})

function found(facts: Partial<PackingFacts>, options: Partial<RunConfig> = {}) {
  const all = {
    epoch_steps: 9,
    val_batches: null,
    longer_than_row: 0,
    conversations: 1000,
    run: null,
    entries: [],
    targets: { loss: 'all' as const, micro_batches: 36, without: 0, with_few: 0, first_step_without: null },
  }
  return lossFindings({ ...sampleConfig(), max_seq_len: 255, ...options }, { ...all, ...facts })
}

describe('tokens', () => {
  test('a small task that loses nearly all of itself is named, with its share and what to do', () => {
    const bee = entry({
      ...{ entry: 3, name: 'SpellingBee train', conversations: 190, conversations_longer_than_row: 187 },
      ...{ longest: 400, tokens: 60_000, tokens_used: 2400, tokens_cropped: 57_600 },
    })
    const [warning, ...others] = found({ entries: [entry({}), bee], longer_than_row: 187 })
    expect(warning).toEqual({
      level: 'warn',
      path: 'mixture.train.3',
      message:
        'SpellingBee train loses 96.0 % of its tokens: packing crops 57,600, as 187 of its 190 conversations are longer than a row of 256.',
      remedy: 'Set max_seq_len to 399 for rows that hold its longest conversation, or shorten those.',
    })
    expect(others).toEqual([
      {
        level: 'ok',
        path: 'max_seq_len',
        message:
          'Packing crops 36.6 % of the tokens, 58,600 in an epoch (of a task at most 96.0 %: SpellingBee train); 187 conversations are longer than a row.',
      },
    ])
  })

  test('conversations that fit in a row are cropped to fill rows: another packing helps', () => {
    const half = entry({ tokens_used: 50_000, tokens_cropped: 50_000 })
    expect(found({ entries: [half] })[0]?.remedy).toContain('"bestfit-pad"')
    expect(found({ entries: [half] }, { packing: 'bestfit-pad' })[0]?.remedy).toBe('Raise max_seq_len.')
  })

  test('what rendering cuts off is counted by task, and warned of where it weighs', () => {
    const long = entry({
      ...{ entry: 1, name: 'CustomJSON long.jsonl', conversations: 1, tokens: 2048, tokens_used: 2048 },
      ...{ tokens_cropped: 0, conversations_cut_by_rendering: 1, tokens_cut_by_rendering: 3_997_952 },
    })
    const [warning, , told] = found({ entries: [entry({}), long] })
    expect(warning).toMatchObject({ level: 'warn', path: 'mixture.train.1' })
    expect(warning?.message).toBe(
      'CustomJSON long.jsonl loses 99.9 % of its tokens: rendering cuts off 3,997,952 tokens of 1 conversation.',
    )
    expect(warning?.remedy).toBe('Split what rendering cuts into conversations of at most 2,048 tokens.')
    expect(told).toMatchObject({ level: 'ok', path: 'mixture.train' })
    expect(told?.message).toContain(
      'cuts off 3,997,952: CustomJSON long.jsonl 3,997,952 tokens of 1 conversation.',
    )
  })

  test('a file is told by its name: its entry is the path of the finding', () => {
    const filepath = '/data/a folder/with/a long way/to/long.jsonl'
    const mixture = { train: [{ task: 'CustomJSON' as const, filepath }], val: [] }
    const long = entry({ name: `CustomJSON ${filepath}`, tokens_used: 10, tokens_cropped: 90 })
    const [warning, told] = found({ entries: [long] }, { mixture })
    expect(warning?.message).toMatch(/^CustomJSON long\.jsonl loses 90\.0 % of its tokens/)
    expect(told?.message).toContain('at most 90.0 %: CustomJSON long.jsonl)')
  })

  test('a loss that weighs little is a passed check, in numbers', () => {
    const findings = found({
      entries: [entry({ conversations_cut_by_rendering: 2, tokens_cut_by_rendering: 50 })],
    })
    expect(findings.map(({ level }) => level)).toEqual(['ok', 'ok'])
    expect(findings[0]?.message).toContain('1.0 % of the tokens, 1,000 in an epoch')
    expect(findings[0]?.message).toContain('every conversation fits in a row')
    const whole = found({ entries: [entry({ tokens_used: 100_000, tokens_cropped: 0 })] })
    expect(whole.map(({ message }) => message)).toEqual([
      'Packing crops nothing: every conversation that is trained is whole.',
    ])
  })
})

describe('conversations', () => {
  const run = { steps: 9, conversations_never_trained: 25, conversations_placed_again: 25 }
  const about = (facts: Partial<PackingFacts>) => found(facts).filter(({ path }) => path === 'buffer_size')

  test('a buffer larger than the mixture: how many are never trained, how many again', () => {
    expect(about({ conversations: 40, run })).toEqual([
      {
        level: 'warn',
        path: 'buffer_size',
        message:
          'Of 40 conversations 25 are never trained, and 25 are trained again: the buffer of 100 takes in the whole mixture and is filled up from a second pass.',
        remedy: 'Lower buffer_size, to 2 say, or add conversations.',
      },
    ])
  })

  test('few of many are told without a warning, and so are those that fewer steps leave out', () => {
    const few = about({ conversations: 80_000, run })
    expect(few).toMatchObject([
      { level: 'ok', message: expect.stringContaining('Of 80,000 conversations 25') },
    ])
    const half = { steps: 4, conversations_never_trained: 500, conversations_placed_again: 0 }
    expect(about({ run: half })).toMatchObject([
      { level: 'ok', message: 'Of 1,000 conversations 500 are never trained.' },
    ])
  })

  test('nothing is said where all are trained once, or where it is not known', () => {
    expect(about({ run: { ...run, conversations_never_trained: 0, conversations_placed_again: 0 } })).toEqual(
      [],
    )
    expect(about({ run: null })).toEqual([])
    expect(lossFindings(sampleConfig(), null)).toEqual([])
  })
})
