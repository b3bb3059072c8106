import { describe, expect, it } from 'vitest'
import { explain, fate, fillingAt } from '../../../../src-renderer/packing/replay'
import { sampleReplay, sampleStep } from './sample-replay'

describe('explain', () => {
  it('says what was taken of what fitted', () => {
    expect(explain(sampleStep(), 10)).toBe(
      '10 of 10 tokens are free. 2 of 3 buffered conversations fit: the longest of them, 9, is taken.',
    )
  })

  it('says what was cropped where none fitted', () => {
    const step = sampleStep({ remaining: 2, fitting: 0, chosen: 7, length: 2, cropped: 10 })
    expect(explain(step, 10)).toBe(
      '2 of 10 tokens are free. None of 3 buffered conversations fits: the first in the buffer, 7, is taken and loses 10 tokens.',
    )
  })

  it('says what was padded', () => {
    const step = sampleStep({ remaining: 2, fitting: 0, chosen: null, length: 2, buffered: 1 })
    expect(explain(step, 10)).toBe(
      '2 of 10 tokens are free. None of 1 buffered conversation fits: the rest of the row is padded, 2 tokens.',
    )
  })

  it('says where one longer than a row had to be cut', () => {
    const step = sampleStep({ fitting: 1, chosen: 7, length: 10, cropped: 2 })
    expect(explain(step, 10)).toMatch(/1 of 3 .* fits: the longest of them, 7, is taken; it is longer than a row and loses 2 tokens\.$/) // prettier-ignore
  })
})

describe('fillingAt', () => {
  it('holds what has been placed so far, the last of it marked', () => {
    expect(fillingAt(sampleReplay(), 0)).toEqual([{ from: 0, width: 0.8, task: 0, state: 'now' }])
    expect(fillingAt(sampleReplay(), 1)).toEqual([
      { from: 0, width: 0.8, task: 0, state: 'filled' },
      { from: 0.8, width: 0.2, task: 1, state: 'now' },
    ])
  })

  it('has no task for padding', () => {
    const replay = sampleReplay()
    const padded = { ...replay, steps: [sampleStep({ chosen: null })] }
    expect(fillingAt(padded, 0)[0]?.task).toBeNull()
  })
})

describe('fate', () => {
  const { candidates } = sampleStep()
  it.each([
    ['2 too long', 'taken', 'fits'],
    [undefined, 'taken, loses 4', undefined],
  ])('is %s, %s or %s', (...fates) => {
    const step = sampleStep(fates[0] === undefined ? { cropped: 4 } : {})
    candidates.forEach((candidate, index) => {
      if (fates[index] !== undefined) expect(fate(step, candidate)).toBe(fates[index])
    })
  })
})
