import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../../src-main/data/conversation.schema'
import { searchTask } from '../../../../src-main/packing/search'
import { failureOf } from '../../../support/failure'

const said = (content: Conversation['messages'][number]['content']): Conversation => ({
  messages: [
    { role: 'user', content: 'Q' },
    { role: 'assistant', content },
  ],
})
const parts = said([
  { type: 'text', text: 'first' },
  { type: 'python', text: '6*7' },
  { type: 'python_output', text: '42' },
])

/** A mixture of one task over these conversations. */
function over(conversations: readonly Conversation[]): Parameters<typeof searchTask>[0] {
  const task = { index: 0, entry: 0, name: 'x', label: 'x', split: null, excluded: 0, source: 'x' }
  return {
    tasks: [{ ...task, length: conversations.length }],
    taskConversation: (_, row) => Promise.resolve(conversations[row] ?? said('')),
  }
}

const context = (signal = new AbortController().signal): Parameters<typeof searchTask>[3] => ({
  progress: () => undefined,
  signal,
})

describe('searchTask', () => {
  const mixture = over([said('Straße'), parts, said('nothing'), said('FIRST and last')])

  it.each([
    ['first', [1, 3]],
    ['FIRST', [1, 3]],
    ['6*7', [1]],
    ['42', [1]],
    ['straße', [0]],
    ['q', [0, 1, 2, 3]],
    ['first6', []],
  ])('finds %j in rows %j', async (text, rows) => {
    expect(Array.from(await searchTask(mixture, 0, text, context()))).toEqual(rows)
  })

  it('refuses a task that there is not', async () => {
    expect((await failureOf(() => searchTask(mixture, 1, 'a', context()))).code).toBe('search.task')
  })

  it('stops when it is cancelled', async () => {
    const controller = new AbortController()
    const searching = searchTask(over(new Array(5e6).fill(parts)), 0, 'none', context(controller.signal))
    setTimeout(() => {
      controller.abort()
    }, 20)
    await expect(searching).rejects.toThrow(/abort/)
  })
})
