import { expect, it } from 'vitest'
import { entryText, optionDiff, optionLines, optionText } from '../../../../src-renderer/runs/run-options'
import { sampleConfig } from './sample-run'

it('writes values as they are read', () => {
  expect([524288, 0.02, null, '', true, 'float32'].map(optionText)).toEqual([
    '524,288',
    '0.02',
    'none',
    'autodetect',
    'on',
    'float32',
  ])
})

it('marks what differs from the default', () => {
  const lines = optionLines(sampleConfig({ matrix_lr: 0.01 }))
  expect(lines.filter(({ differs }) => differs)).toEqual([
    { name: 'matrix_lr', value: '0.01', standard: '0.02', differs: true },
  ])
})

it('writes an entry in one line', () => {
  expect(entryText({ task: 'MMLU', subset: 'all', split: 'test', stop: 5200, repeat: 2 })).toBe(
    'MMLU all / test [:5,200] ×2',
  )
  expect(entryText({ task: 'SpellingBee', split: 'train', size: 80000 })).toBe('SpellingBee train 80,000')
})

it('lists the options in which runs differ, the mixture among them', () => {
  const other = sampleConfig({
    matrix_lr: 0.01,
    mixture: { train: [{ task: 'SmolTalk', split: 'train', repeat: 2 }], val: [] },
  })
  expect(optionDiff([sampleConfig(), other])).toEqual([
    { name: 'matrix_lr', values: ['0.02', '0.01'] },
    { name: 'mixture.train', values: ['SmolTalk train', 'SmolTalk train ×2'] },
  ])
  expect(optionDiff([sampleConfig(), sampleConfig()])).toEqual([])
})

it('gives the whole paths of files where mixtures are alike but for them', () => {
  const spelling = (word_list: string) =>
    sampleConfig({
      mixture: { train: [{ task: 'SimpleSpelling', split: 'train', size: 5, word_list }], val: [] },
    })
  expect(optionDiff([spelling('/a/words'), spelling('/b/words')])).toEqual([
    {
      name: 'mixture.train',
      values: ['SimpleSpelling train 5 /a/words', 'SimpleSpelling train 5 /b/words'],
    },
  ])
  expect(optionDiff([spelling('/a/words'), spelling('/a/words')])).toEqual([])
})
