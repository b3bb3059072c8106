/**
 * Gives each token a small class number for the chosen colouring, so that texture and cells take their colours from one
 * table. Computed once per batch and colouring; a 32 × 2049 batch takes about a millisecond.
 */
import { ROLE_CODES } from '../../src-main/contract/contract'
import { TASK_COLOURS } from '../theme/colours'
import type { BatchModel } from './batch-model'
import { lossClass, type TokenLosses } from './losses'
import { countsAt } from './targets'

export type Colouring = 'task' | 'role' | 'mask' | 'counts' | 'loss'

/** Class of padding, in every colouring; hatched, and no task's colour. */
export const PAD_CLASS = 2 * TASK_COLOURS
export const CLASSES = PAD_CLASS + 1

/**
 * By task: colour and whether trained on. By role: the role. By mask: off, on. By counts: whether a
 * token is a target that counts in the loss. By loss: from easy to hard, all easy where no losses are known.
 */
export function tokenClasses(
  model: BatchModel,
  colouring: Colouring,
  colourOfTask: readonly number[],
  losses: TokenLosses | null = null,
): Uint8Array {
  const { batch, extent } = model
  const classes = new Uint8Array(batch.ids.length)
  if (colouring === 'role') classes.set(batch.roles)
  else if (colouring === 'mask') classes.set(batch.mask)
  else if (colouring === 'counts') setCounts(model, classes)
  else if (colouring === 'loss') setLossClasses(model, classes, losses)
  else {
    for (const span of batch.spans) {
      const base = ((colourOfTask[span.task] ?? span.task) % TASK_COLOURS) * 2
      const start = span.row * extent.columns + span.offset
      for (let at = start; at < start + span.length; at++) classes[at] = base + (batch.mask[at] ?? 0)
    }
  }
  markPadding(model, classes)
  return classes
}

function setCounts({ batch, extent }: BatchModel, classes: Uint8Array): void {
  for (let row = 0; row < extent.rows; row++) {
    for (let position = 1; position < extent.columns; position++) {
      classes[row * extent.columns + position] = countsAt(batch, { row, position }) ? 1 : 0
    }
  }
}

/** Nothing predicts a row's first token; it gets the first class. */
function setLossClasses({ extent }: BatchModel, classes: Uint8Array, losses: TokenLosses | null): void {
  if (!losses) return
  const { columns, rows } = extent
  for (let row = 0; row < rows; row++) {
    for (let position = 1; position < columns; position++) {
      const loss = losses.values[row * (columns - 1) + position - 1] ?? 0
      classes[row * columns + position] = lossClass(loss, losses.top, PAD_CLASS)
    }
  }
}

function markPadding({ batch, extent }: BatchModel, classes: Uint8Array): void {
  for (let row = 0; row < batch.rows; row++) {
    const from = batch.pad_from[row] ?? extent.columns
    classes.fill(PAD_CLASS, row * extent.columns + from, (row + 1) * extent.columns)
  }
}

/** The roles that the legend lists, with their codes. */
export const ROLE_LEGEND = Object.entries(ROLE_CODES).filter(([name]) => name !== 'pad')
