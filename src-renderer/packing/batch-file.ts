/** A packed batch as a file of data and as a page: what lies where, with the text of every conversation. */
import { folded, heading, htmlPage, paragraph, pictureOf, section, tableOf, verbatim } from '../drawing/html'
import type { Drawing } from '../drawing/drawing'
import { count, integer } from '../format/number'
import type { Span } from '../api/types'
import type { BatchModel } from './batch-model'

/** The batch as JSON: its rows of ids and of the mask, and where every conversation lies. */
export function batchJson({ batch, extent, spansOfRow }: BatchModel, taskNames: readonly string[]): string {
  const rowsOf = (values: Int32Array | Uint8Array): number[][] =>
    Array.from({ length: extent.rows }, (_, row) => [
      ...values.subarray(row * extent.columns, (row + 1) * extent.columns),
    ])
  const { split, batch: number, seq_len, loss, tokens_used, tokens_cropped, tokens_padded } = batch
  const spans = spansOfRow.flat().map(({ task, taskRow, ...span }) => {
    return { ...span, task: taskNames[task] ?? String(task), task_row: taskRow }
  })
  const totals = { tokens_used, tokens_cropped, tokens_padded }
  const rows = { pad_from: batch.pad_from, ids: rowsOf(batch.ids), mask: rowsOf(batch.mask) }
  return `${JSON.stringify({ split, batch: number, seq_len, loss, ...totals, spans, ...rows })}\n`
}

/** The batch as a page that opens anywhere. @param picture of the batch */
export function batchPage(model: BatchModel, taskNames: readonly string[], picture: Drawing): string {
  const nameOf = (task: number): string => taskNames[task] ?? String(task)
  const spans = model.spansOfRow.flat()
  const tasks = [...new Set(spans.map(({ task }) => task))].sort((a, b) => a - b)
  const sum = (of: readonly Span[], key: 'length' | 'cropped'): string =>
    integer(of.reduce((total, span) => total + span[key], 0))
  const byTask = tasks.map((task) => {
    const own = spans.filter((span) => span.task === task)
    return [nameOf(task), integer(own.length), sum(own, 'length'), sum(own, 'cropped')]
  })
  const rows = model.spansOfRow.map((own, row) =>
    folded(
      `Row ${row}: ${count(own.length, 'conversation')}`,
      own.flatMap((span) => [
        paragraph(
          `Conversation ${span.conversation}, ${nameOf(span.task)} row ${span.taskRow}: ${integer(span.length)} tokens from ${integer(span.offset)} on, ${integer(span.cropped)} cropped`,
        ),
        verbatim(textOf(model, span)),
      ]),
    ),
  )
  const { split, batch } = model.batch
  return htmlPage(picture.title, [
    heading(`${split} batch ${integer(batch)}`),
    paragraph(picture.title),
    pictureOf(picture),
    section('By task', [tableOf(['task', 'conversations', 'tokens used', 'cropped'], byTask)]),
    section('Rows', rows),
  ])
}

function textOf({ batch, extent, tokens }: BatchModel, { row, offset, length }: Span): string {
  const from = row * extent.columns + offset
  return Array.from(batch.ids.subarray(from, from + length), (id) => tokens.get(id)?.text ?? '').join('')
}
