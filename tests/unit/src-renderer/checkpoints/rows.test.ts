import { describe, expect, it } from 'vitest'
import { byFolder, modelText, useOf, useText } from '../../../../src-renderer/checkpoints/rows'
import { sampleCheckpoint as row } from './sample-checkpoint'

const said = (each: ReturnType<typeof row>, chosen = null as { dir: string; step: number } | null): string =>
  useText(each, useOf(each, chosen))

it('gathers rows by folder, in the order they come', () => {
  const rows = [row(), row({ folder: 'mid_checkpoints' }), row({ step: 5 })]
  expect(byFolder(rows).map(({ folder, rows: members }) => [folder, members.length])).toEqual([
    ['base_checkpoints', 2],
    ['mid_checkpoints', 1],
  ])
})

describe('what a run can do with a checkpoint', () => {
  it('is to start from it, unless it is the chosen one', () => {
    expect(said(row())).toBe('can start a run')
    expect(said(row({ planned: true }))).toBe('made on first use')
    expect(said(row(), { dir: '/base/base_checkpoints/d4', step: 10 })).toBe('chosen')
    expect(said(row(), { dir: '/base/base_checkpoints/d4', step: 11 })).toBe('can start a run')
  })

  it('is nothing where a file is wrong, which is said without the folder', () => {
    const message = '/base/base_checkpoints/d4/model_000010.pt: it was cut'
    const damaged = row({ obstacles: [{ code: 'zip.refused', message }] })
    expect(useOf(damaged, null)).toBe('blocked')
    expect(said(damaged)).toBe('model_000010.pt: it was cut')
  })

  it('is not to start from it where it lies elsewhere; a fault weighs more', () => {
    const elsewhere = { code: 'checkpoint.not-base', message: 'It lies in mid_checkpoints.' }
    expect(said(row({ obstacles: [elsewhere] }))).toBe('not a base')
    expect(said(row({ obstacles: [{ code: 'checkpoint.of-run', message: '' }] }))).toBe('of a run')
    const both = row({
      obstacles: [{ code: 'tokenizer.mismatch', message: 'another vocabulary' }, elsewhere],
    })
    expect(useOf(both, null)).toBe('blocked')
  })
})

it('says a model in few words, and nothing where its config is not known', () => {
  expect(modelText(row())).toBe('')
  const config = {
    sequence_len: 2048,
    vocab_size: 65536,
    n_layer: 12,
    n_head: 6,
    n_kv_head: 6,
    n_embd: 768,
    window_pattern: 'L',
  }
  expect(modelText(row({ config }))).toBe('12 × 768')
})
