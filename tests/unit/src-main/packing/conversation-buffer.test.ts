import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, ConversationBuffer } from '../../../../src-main/packing/conversation-buffer'

/** The same by scanning a list, as the reference does. */
class ListBuffer {
  readonly list: { conversation: number; length: number }[] = []

  takeLongest(limit: number): { conversation: number } | undefined {
    const fitting = this.list.filter((c) => c.length <= limit)
    const longest = Math.max(...fitting.map((c) => c.length))
    return this.take(this.list.findIndex((c) => c.length === longest && c.length <= limit))
  }

  takeShortest(): { conversation: number } | undefined {
    const shortest = Math.min(...this.list.map((c) => c.length))
    return this.take(this.list.findIndex((c) => c.length === shortest))
  }

  takeFirst(): { conversation: number } | undefined {
    return this.take(0)
  }

  private take(index: number): { conversation: number } | undefined {
    return index < 0 ? undefined : this.list.splice(index, 1)[0]
  }
}

const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('push' as const), n: fc.integer({ min: 1, max: 40 }) }),
  },
  fc.record({
    do: fc.constantFrom('longest' as const, 'shortest' as const, 'first' as const),
    n: fc.integer({ min: 1, max: 45 }),
  }),
)

describe('ConversationBuffer', () => {
  it('takes the first of equals', () => {
    const buffer = new ConversationBuffer()
    for (const [c, length] of [5, 7, 7, 3].entries()) buffer.push(c, length)
    expect(buffer.takeLongest(9)?.conversation).toBe(1)
    expect(buffer.takeLongest(9)?.conversation).toBe(2)
    expect(buffer.takeLongest(4)?.conversation).toBe(3)
    expect(buffer.takeLongest(4)).toBeUndefined()
    expect(buffer.size).toBe(1)
  })

  it('chooses by size and keeps the length', () => {
    const buffer = new ConversationBuffer()
    buffer.push(8, 50, 10)
    expect(buffer.takeLongest(10)).toMatchObject({ conversation: 8, length: 50, size: 10 })
  })

  it('does what scanning a list does', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
        const buffer = new ConversationBuffer()
        const model = new ListBuffer()
        actions.forEach((a, i) => {
          if (a.do === 'push') {
            buffer.push(i, a.n)
            model.list.push({ conversation: i, length: a.n })
            return
          }
          const taken = taker(buffer, a.do, a.n)
          expect(taken?.conversation).toBe(taker(model, a.do, a.n)?.conversation)
        })
        expect(Array.from(buffer, (c) => c.conversation)).toEqual(model.list.map((c) => c.conversation))
        expect(buffer.size).toBe(model.list.length)
      }),
    )
  })
})

function taker(
  buffer: ConversationBuffer | ListBuffer,
  what: 'longest' | 'shortest' | 'first',
  n: number,
): Pick<Candidate, 'conversation'> | undefined {
  if (what === 'longest') return buffer.takeLongest(n)
  return what === 'shortest' ? buffer.takeShortest() : buffer.takeFirst()
}
