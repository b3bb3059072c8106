import { describe, expect, it } from 'vitest'

import { describeThreads, threadCount } from '../../../src-main/thread-count'
import { containing } from '../../support/containing'

describe('threadCount', () => {
  it('is every processor where nobody asks for another number', () => {
    expect(threadCount(null, {}, 8)).toBe(8)
    expect(threadCount(null, { TF_NUM_INTRAOP_THREADS: '', TF_NUM_INTEROP_THREADS: '' }, 8)).toBe(8)
  })

  it('is what is asked for, and the environment before that', () => {
    expect(threadCount(3, {}, 8)).toBe(3)
    expect(threadCount(3, { TF_NUM_INTRAOP_THREADS: '8' }, 8)).toBe(8)
    expect(threadCount(3, { TF_NUM_INTEROP_THREADS: '1' }, 8)).toBe(3)
  })

  it.each([0, -1, 1.5, 9, 1e9, 1e21, NaN])('refuses %d', (count) => {
    expect(() => threadCount(count, {}, 8)).toThrow(
      expect.objectContaining({ code: 'threads.invalid', message: containing('The number of threads is ') }),
    )
  })

  it.each(['0', '-1', '1.5', '9', '1000000000', '99999999999999999999', 'abc', '2x', ' ', '1e0'])(
    'refuses %j in either variable, by its name',
    (text) => {
      for (const name of ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS']) {
        expect(() => threadCount(null, { [name]: text }, 8)).toThrow(
          expect.objectContaining({
            code: 'threads.invalid',
            message: `${name} is ${text}; it must be a whole number from 1 to 8, this machine's processors.`,
            remedy: containing(name),
          }),
        )
      }
    },
  )
})

describe('describeThreads', () => {
  it('knows one from many', () => {
    expect([1, 2].map(describeThreads)).toEqual(['1 thread', '2 threads'])
  })
})
