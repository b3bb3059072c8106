import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type Event, recordOf } from '../../../../../../src-main/runs/loggers/tensorboard/event'
import { readEvents } from '../../../../../support/event-files'

/** Written by TensorBoard 2.21's own RecordWriter from its own Event protobufs. */
const GOLDEN: readonly (readonly [what: string, event: Event, hex: string])[] = [
  [
    'the first event of a file',
    { at: 1764426337500, step: 0, content: { type: 'version' } },
    '1800000000000000a37f4b220900006098c04ada411a0d627261696e2e4576656e743a322e594bba',
  ],
  [
    'a start',
    { at: 1764426337500, step: 101, content: { type: 'start' } },
    '0f000000000000006d532b090900006098c04ada4110653a0208012708384a',
  ],
  [
    'scalars at a step beyond 2^40',
    {
      at: 1764426337250,
      step: 2 ** 40 + 3,
      content: { type: 'scalars', values: { 'train/loss': 2.5, 'val/bpb': 0.1 } },
    },
    '3500000000000000d6c55de60900005098c04ada41108380808080202a230a110a0a747261696e2f6c6f737315000020400a0e0a0776616c2f62706215cdcccc3d2a167bae',
  ],
  [
    'a text',
    { at: 1764426337000, step: 7, content: { type: 'text', tag: 'samples', text: 'né' } },
    '31000000000000009d8383e90900004098c04ada4110072a240a220a0773616d706c6573420d080712041202080142036ec3a94a080a060a047465787496ae1cd0',
  ],
]

describe('an event’s record', () => {
  test.each(GOLDEN)('of %s has TensorBoard’s bytes', (_, event, hex) => {
    expect(recordOf(event).toString('hex')).toBe(hex)
  })

  test('holds what was put in, whatever its step, names and texts', () => {
    const names = fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => name !== '__proto__')
    const scalars = fc.dictionary(names, fc.float({ noNaN: true }))
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(), scalars, names, (step, at, values, text) => {
        const records = [
          recordOf({ at, step, content: { type: 'scalars', values } }),
          recordOf({ at, step, content: { type: 'text', tag: 'samples', text } }),
        ]
        const [first, second] = readEvents(Buffer.concat(records))
        expect(first).toMatchObject({ step, wallTime: at / 1000 })
        expect(Object.entries(first?.scalars ?? {})).toEqual(Object.entries(values))
        expect(second?.texts).toEqual({ samples: text })
      }),
    )
  })

  test('shows where it was damaged', () => {
    const record = recordOf({ at: 0, step: 1, content: { type: 'scalars', values: { loss: 1 } } })
    for (const at of [0, 9, 14, record.length - 1]) {
      const damaged = Buffer.from(record)
      damaged.writeUInt8((damaged[at] ?? 0) ^ 1, at)
      expect(() => readEvents(damaged)).toThrow()
    }
  })
})
