import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ticksOf, type Scale } from '../../../../src-renderer/charts/ticks'

const labels = (min: number, max: number, scale: Scale = 'number', most = 6, log = false): string[] =>
  ticksOf({ min, max }, scale, most, log).map(({ label }) => label)

describe('ticks', () => {
  it.each([
    { min: 0, max: 48, scale: 'whole', shown: ['0', '10', '20', '30', '40'] },
    { min: 0, max: 3, scale: 'whole', shown: ['0', '1', '2', '3'] },
    { min: 0, max: 100_000, scale: 'whole', shown: ['0', '20 k', '40 k', '60 k', '80 k', '100 k'] },
    { min: 0, max: 4_200_000, scale: 'whole', shown: ['0', '1 M', '2 M', '3 M', '4 M'] },
    { min: 2.3, max: 2.305, scale: 'number', shown: ['2.300', '2.301', '2.302', '2.303', '2.304', '2.305'] },
    { min: 0, max: 0.00031, scale: 'number', shown: ['0', '0.0001', '0.0002', '0.0003'] },
    {
      min: 0,
      max: 5400,
      scale: 'time',
      shown: ['0', '15 min', '30 min', '45 min', '60 min', '75 min', '90 min'],
    },
    { min: 0, max: 30_000, scale: 'time', shown: ['0', '2 h', '4 h', '6 h', '8 h'] },
    { min: 0, max: 2.2, scale: 'time', shown: ['0', '0.5 s', '1.0 s', '1.5 s', '2.0 s'] },
    { min: 0, max: 3.2 * 1024 ** 3, scale: 'bytes', shown: ['0', '1 GiB', '2 GiB', '3 GiB'] },
  ] as const)('from $min to $max, $scale', ({ min, max, scale, shown }) => {
    expect(labels(min, max, scale, scale === 'time' && max === 5400 ? 7 : 6)).toEqual(shown)
  })

  it('of a log axis are powers of ten, with their parts where there is room', () => {
    expect(labels(0.001, 1000, 'number', 7, true)).toEqual([
      '0.001',
      '0.01',
      '0.1',
      '1',
      '10',
      '100',
      '1,000',
    ])
    expect(labels(1, 100, 'number', 7, true)).toEqual(['1', '2', '5', '10', '20', '50', '100'])
    expect(labels(1, 1e12, 'whole', 4, true)).toEqual(['1', '10 k', '100 M', '1 T'])
    expect(labels(2.1, 2.4, 'number', 4, true)).toEqual(['2.1', '2.2', '2.3', '2.4'])
  })

  it('are one where the axis has one value', () => {
    expect(labels(5, 5)).toEqual(['5'])
    expect(labels(0, 0)).toEqual(['0'])
  })

  it('lie between the ends, ascend, are not too many and can be told apart', () => {
    const number = fc.double({ min: 0, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(
        number,
        fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
        fc.constantFrom<Scale>('number', 'bytes', 'time', 'whole'),
        fc.boolean(),
        (low, height, scale, log) => {
          const ends = { min: log ? low + 0.001 : low, max: low + 0.001 + height + low * 0.01 }
          const ticks = ticksOf(ends, scale, 6, log)
          const slack = 1e-6 * (ends.max - ends.min)
          for (const { value } of ticks) {
            expect(value).toBeGreaterThanOrEqual(ends.min - slack)
            expect(value).toBeLessThanOrEqual(ends.max + slack)
          }
          expect(ticks.length).toBeLessThanOrEqual(8)
          const shown = ticks.map(({ label }) => label)
          expect(new Set(shown).size).toBe(shown.length)
          expect(ticks.map(({ value }) => value)).toEqual(
            ticks.map(({ value }) => value).toSorted((a, b) => a - b),
          )
        },
      ),
    )
  })
})
