/** The logical view `start, stop, step` over a dataset's rows, like the reference's Task. */
import { entryFault } from './entry-fault'
import type { MixtureEntry } from './mixture.schema'

export interface Slice {
  start: number
  step: number
  /** Number of rows of the view: ceil((stop - start) / step). */
  length: number
}

/**
 * @param rows number of rows of the whole dataset.
 * @throws MidbenchError `config.invalid` for a stop before the start or beyond the rows. The reference finds the latter
 *   only when it reads such a row.
 */
export function sliceOf(entry: MixtureEntry, rows: number): Slice {
  const { start = 0, stop = rows, step = 1 } = entry
  if (start > rows) throw beyond('start', start, rows)
  if (stop > rows) throw beyond('stop', stop, rows)
  if (stop < start) {
    throw entryFault('stop', {
      code: 'config.invalid',
      message: `stop ${String(stop)} lies before start ${String(start)}`,
      remedy: 'Set stop to start or more, or leave it out.',
    })
  }
  return { start, step, length: Math.ceil((stop - start) / step) }
}

function beyond(key: string, value: number, rows: number): Error {
  return entryFault(key, {
    code: 'config.invalid',
    message: `${key} ${String(value)} lies beyond the dataset's ${String(rows)} rows`,
    remedy: `Set ${key} to ${String(rows)} or less, or leave it out.`,
  })
}
