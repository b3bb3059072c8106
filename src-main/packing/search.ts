/**
 * Finds the conversations of a task that contain a text in any of their messages, ignoring case. Reads every row of the
 * task, some 10 µs each; pauses for other calls, and stops when it is cancelled.
 */
import type { Conversation } from '../data/conversation.schema'
import type { Mixture } from '../data/mixture'
import { MidbenchError } from '../errors'
import { Breather } from '../threads/breathe'
import type { CallContext } from '../threads/calls'

/** @returns rows of the task, ascending. @throws MidbenchError `search.task` */
export async function searchTask(
  mixture: Pick<Mixture, 'tasks' | 'taskConversation'>,
  task: number,
  text: string,
  { progress, signal }: CallContext,
): Promise<Int32Array> {
  const searched = mixture.tasks[task]
  if (searched === undefined) throw noSuchTask(task, mixture.tasks.length)
  const wanted = text.toLowerCase()
  const found: number[] = []
  const breather = new Breather(signal)
  for (let row = 0; row < searched.length; row++) {
    if (holds(await mixture.taskConversation(task, row), wanted)) found.push(row)
    if (!breather.due) continue
    progress({ what: `Searching ${searched.name}`, done: row + 1, total: searched.length, unit: 'rows' })
    await breather.breathe()
  }
  return Int32Array.from(found)
}

function holds({ messages }: Conversation, wanted: string): boolean {
  return messages.some(({ content }) =>
    typeof content === 'string'
      ? content.toLowerCase().includes(wanted)
      : content.some(({ text }) => text.toLowerCase().includes(wanted)),
  )
}

function noSuchTask(task: number, tasks: number): MidbenchError {
  return new MidbenchError({
    code: 'search.task',
    message: `The mixture has ${String(tasks)} tasks, counted from 0, and so no task ${String(task)}.`,
  })
}
