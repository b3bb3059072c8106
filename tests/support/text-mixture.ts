/** A mixture of short conversations held in memory, in the order given: task c mod 2, as tests/support/packing.ts has it. */
import type { Conversation } from '../../src-main/data/conversation.schema'
import type { Mixture } from '../../src-main/data/mixture'

export function textMixture(pairs: readonly (readonly [string, string])[]): Mixture {
  const conversations = pairs.map(([question, answer]): Conversation => ({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  }))
  const at = (index: number): Promise<Conversation> => {
    const conversation = conversations[index]
    return conversation ? Promise.resolve(conversation) : Promise.reject(new Error(`no row ${String(index)}`))
  }
  const task = { entry: 0, name: 'Text', split: null, source: 'memory' }
  return {
    length: pairs.length,
    tasks: [0, 1].map((index) => ({
      ...task,
      index,
      label: `Text ${String(index)}`,
      length: Math.ceil((pairs.length - index) / 2),
    })),
    locate: (index) => ({ task: index % 2, row: index >> 1 }),
    conversation: at,
    taskConversation: (index, row) => at(2 * row + index),
    close: () => Promise.resolve(),
  }
}
