import { describe, expect, it } from 'vitest'
import { DASH } from '../../../../src-renderer/format/number'
import {
  bytes,
  clock,
  dateTime,
  duration,
  fileName,
  milliseconds,
  shortPath,
} from '../../../../src-renderer/format/units'

describe('duration', () => {
  it.each([
    [0.42, '0.4 s'],
    [48.4, '48 s'],
    [59.6, '1 min 00 s'],
    [130, '2 min 10 s'],
    [3599.7, '1 h 00 min'],
    [3840, '1 h 04 min'],
    [26 * 3600, '1 d 02 h'],
    [null, DASH],
    [-1, DASH],
  ])('%s seconds -> %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })
})

it('shows milliseconds as such below a second', () => {
  expect([milliseconds(2.44), milliseconds(326.4), milliseconds(1240)]).toEqual([
    '2.4 ms',
    '326 ms',
    '1.24 s',
  ])
})

it('counts bytes in binary units', () => {
  expect([bytes(0), bytes(1023), bytes(1536), bytes(5 * 2 ** 30), bytes(null)]).toEqual([
    '0 B',
    '1023 B',
    '1.50 KiB',
    '5.00 GiB',
    DASH,
  ])
})

it('shows local times', () => {
  const at = new Date(2026, 0, 13, 9, 5, 7).getTime()
  expect(clock(at)).toBe('09:05:07')
  expect(dateTime(at)).toBe('2026-01-13 09:05')
})

describe('paths', () => {
  it('names the file of either slash', () => {
    expect([fileName('/a/b/c.jsonl'), fileName('C:\\data\\c.jsonl'), fileName('c')]).toEqual([
      'c.jsonl',
      'c.jsonl',
      'c',
    ])
  })
  it('keeps both ends of a long path, and short ones whole', () => {
    const path = `/home/${'x'.repeat(80)}/identity.jsonl`
    const cut = shortPath(path, 40)
    expect(cut).toHaveLength(40)
    expect(cut.startsWith('/home/')).toBe(true)
    expect(cut.endsWith('/identity.jsonl')).toBe(true)
    expect(shortPath('/a/b', 40)).toBe('/a/b')
  })
})
