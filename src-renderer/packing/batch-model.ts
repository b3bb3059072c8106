/**
 * A packed batch made ready for drawing and reading: spans found by position, tokens by id. Built once a batch.
 */
import type { BatchView, Span } from '../api/types'
import { ROLE_CODES } from '../../src-main/contract/contract'
import { isSpecial, visible } from '../format/token'
import type { Cell, Extent } from './viewport'

export interface VocabularyToken {
  id: number
  text: string
  bytes: number
  /** The text with spaces and line ends made visible; a special token by its bare name. */
  shown: string
  special: boolean
}

/** Everything about one token of a batch. */
export interface CellReading {
  cell: Cell
  token: VocabularyToken
  /** The token to be predicted here; null at the row's last position, which is only a target. */
  target: VocabularyToken | null
  role: string
  trainedOn: boolean
  span: Span | null
}

export interface BatchModel {
  batch: BatchView
  extent: Extent
  /** Spans of each row, by offset. */
  spansOfRow: readonly (readonly Span[])[]
  tokens: ReadonlyMap<number, VocabularyToken>
}

const ROLE_NAMES = new Map<number, string>(Object.entries(ROLE_CODES).map(([name, code]) => [code, name]))

function prepared(token: BatchView['vocabulary'][number]): VocabularyToken {
  const special = isSpecial(token.text)
  return { ...token, special, shown: special ? token.text.slice(2, -2) : visible(token.text) }
}

export function batchModel(batch: BatchView): BatchModel {
  const spansOfRow: Span[][] = Array.from({ length: batch.rows }, () => [])
  for (const span of batch.spans) spansOfRow[span.row]?.push(span)
  for (const spans of spansOfRow) spans.sort((a, b) => a.offset - b.offset)
  const tokens = new Map(
    batch.vocabulary.map((token): [number, VocabularyToken] => [token.id, prepared(token)]),
  )
  return { batch, extent: { columns: batch.seq_len + 1, rows: batch.rows }, spansOfRow, tokens }
}

/** The span that holds a token; null where the row is padded. */
export function spanAt(model: BatchModel, { row, position }: Cell): Span | null {
  const spans = model.spansOfRow[row] ?? []
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle]?.offset ?? Infinity) <= position) low = middle + 1
    else high = middle
  }
  const span = spans[low - 1]
  return span && position < span.offset + span.length ? span : null
}

function tokenAt(model: BatchModel, { row, position }: Cell): VocabularyToken {
  const id = model.batch.ids[row * model.extent.columns + position] ?? 0
  return model.tokens.get(id) ?? prepared({ id, text: `#${id}`, bytes: 0 })
}

export function readCell(model: BatchModel, cell: Cell): CellReading {
  const at = cell.row * model.extent.columns + cell.position
  const isLast = cell.position + 1 >= model.extent.columns
  return {
    cell,
    token: tokenAt(model, cell),
    target: isLast ? null : tokenAt(model, { row: cell.row, position: cell.position + 1 }),
    role: ROLE_NAMES.get(model.batch.roles[at] ?? 0) ?? 'structure',
    trainedOn: model.batch.mask[at] === 1,
    span: spanAt(model, cell),
  }
}

/** The first token of the next or previous conversation, in reading order; null at the batch's ends. */
export function neighbour(model: BatchModel, cell: Cell, by: 1 | -1): Cell | null {
  const spans = model.spansOfRow.flat()
  const current = spanAt(model, cell)
  const at = current ? spans.indexOf(current) : -1
  if (by === -1 && current && cell.position > current.offset)
    return { row: current.row, position: current.offset }
  const next = at === -1 ? null : spans[at + by]
  return next ? { row: next.row, position: next.offset } : null
}
