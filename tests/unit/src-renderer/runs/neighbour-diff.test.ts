import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { neighbourDiff } from '../../../../src-renderer/runs/neighbour-diff'
import { optionDiff } from '../../../../src-renderer/runs/run-options'
import { sampleConfig } from './sample-run'

const A = { task: 'SmolTalk', split: 'train' }
const B = { task: 'GSM8K', subset: 'main', split: 'train' }
const mixed = (...train: object[]): object => ({ mixture: { train, val: [] } })

function diff(before: object, after: object): { short: string; full: string } {
  const { short, full } = neighbourDiff(sampleConfig(before), sampleConfig(after))
  return { short: short.replaceAll('\u00a0', ' '), full }
}

describe('neighbourDiff', () => {
  it('is empty where nothing but the name differs', () => {
    expect(diff({}, {})).toEqual({ short: '', full: '' })
    expect(diff({ run: 'one' }, { run: 'two' })).toEqual({ short: '', full: '' })
  })

  it('gives one option with what it was and is, the others by name, and all of it in full', () => {
    expect(diff({ matrix_lr: 0.02 }, { matrix_lr: 0.01 }).short).toBe('matrix_lr 0.02 → 0.01')
    expect(diff({ max_seq_len: 2048 }, { max_seq_len: 1024, matrix_lr: 0.01, dry_run: true })).toEqual({
      short: 'max_seq_len 2,048 → 1,024, matrix_lr, dry_run',
      full: 'max_seq_len: 2,048 → 1,024\nmatrix_lr: 0.02 → 0.01\ndry_run: off → on',
    })
  })

  it('leaves long values to the full text', () => {
    const base_dir = '/data/a/long/way/down/nanochat'
    expect(diff({}, { base_dir, seed: 43 })).toEqual({
      short: 'seed 42 → 43, base_dir',
      full: `base_dir: none → ${base_dir}\nseed: 42 → 43`,
    })
    expect(diff({}, { base_dir }).short).toBe('base_dir')
  })

  it('names the part of the mixture, and in full the entries that went and came', () => {
    expect(diff(mixed(A, A, B), mixed(A, { ...B, repeat: 2 }))).toEqual({
      short: 'mixture.train',
      full: 'mixture.train:\n− SmolTalk train\n− GSM8K main / train\n+ GSM8K main / train ×2',
    })
    expect(diff(mixed(A, B), mixed(B, A)).full).toBe('mixture.train:\nthe same entries in another order')
  })

  it('tells files of the same name in other folders apart', () => {
    const file = (filepath: string): object => mixed({ task: 'CustomJSON', filepath })
    expect(diff(file('/a/chat.jsonl'), file('/b/chat.jsonl')).full).toBe(
      'mixture.train:\n− chat.jsonl JSONL /a/chat.jsonl\n+ chat.jsonl JSONL /b/chat.jsonl',
    )
  })

  it('names every option that the comparison of the two lists, once', () => {
    const options = fc.record(
      { seed: fc.nat(), matrix_lr: fc.double({ min: 0, max: 1, noNaN: true }), dry_run: fc.boolean() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(options, options, (before, after) => {
        const names = optionDiff([sampleConfig(before), sampleConfig(after)]).map(({ name }) => name)
        const { short } = neighbourDiff(sampleConfig(before), sampleConfig(after))
        const said = short
          .split(', ')
          .filter(Boolean)
          .map((part) => part.split(' ')[0])
        expect(said.sort()).toEqual(names.sort())
      }),
    )
  })
})
