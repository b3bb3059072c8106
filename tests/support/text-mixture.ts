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
  const at = (index: number): Conversation => {
    const conversation = conversations[index]
    if (conversation === undefined) throw new RangeError(`no row ${String(index)}`)
    return conversation
  }
  const task = { entry: 0, name: 'Text', split: null, excluded: 0, source: 'memory' }
  return {
    length: pairs.length,
    tasks: [0, 1].map((index) => ({
      ...task,
      index,
      label: `Text ${String(index)}`,
      length: Math.ceil((pairs.length - index) / 2),
    })),
    locate: (index) => ({ task: index % 2, row: index >> 1 }),
    datasets: [{ identity: 'text', rows: pairs.length }],
    datasetRow: (index, row) => ({ dataset: 0, row: 2 * row + index }),
    datasetConversation: (_, row) => at(row),
    conversation: (index) => later(() => at(index)),
    renumbered: () => Int32Array.from(pairs, (_, index) => index),
    taskConversation: (index, row) => later(() => at(2 * row + index)),
    close: () => Promise.resolve(),
  }
}

/** A promise of what a function gives; it rejects where the function throws. */
function later<T>(give: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(give())
  })
}
