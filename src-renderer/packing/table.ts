/**
 * A batch as comma separated values (RFC 4180): token by token, or conversation by conversation. A 32 × 2049 batch is
 * some 5 MB of tokens, written in a fraction of a second.
 */
import { readCell, type BatchModel } from './batch-model'

const TOKEN_COLUMNS = ['row', 'position', 'id', 'bytes', 'text', 'target_id', 'role', 'mask', 'conversation', 'task', 'task_row'] // prettier-ignore
const CONVERSATION_COLUMNS = ['row', 'offset', 'length', 'cropped', 'conversation', 'task', 'task_row']

/** One line per token. Padding has no conversation, and a row's last token has no target. */
export function tokenTable(model: BatchModel, taskNames: readonly string[]): string {
  const { columns, rows } = model.extent
  const lines = [line(TOKEN_COLUMNS)]
  for (let row = 0; row < rows; row++) {
    for (let position = 0; position < columns; position++) {
      const { token, target, role, trainedOn, span } = readCell(model, { row, position })
      const source = span
        ? [span.conversation, taskNames[span.task] ?? span.task, span.taskRow]
        : ['', '', '']
      const { id, bytes, text } = token
      lines.push(line([row, position, id, bytes, text, target?.id ?? '', role, trainedOn ? 1 : 0, ...source]))
    }
  }
  return lines.join('')
}

/** One line per conversation, in row order. */
export function conversationTable(model: BatchModel, taskNames: readonly string[]): string {
  const spans = model.spansOfRow.flat()
  return [
    line(CONVERSATION_COLUMNS),
    ...spans.map(({ row, offset, length, cropped, conversation, task, taskRow }) =>
      line([row, offset, length, cropped, conversation, taskNames[task] ?? task, taskRow]),
    ),
  ].join('')
}

function line(values: readonly (string | number)[]): string {
  return `${values.map(field).join(',')}\r\n`
}

/** A value, quoted where a reader of the file could misunderstand it. */
function field(value: string | number): string {
  const text = String(value)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
