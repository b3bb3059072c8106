/**
 * The one error class of the project, and the plain data that replaces it between threads and across a port.
 *
 * Error classes are lost in transit (structured clone keeps only name, message and stack), so a failure travels as
 * `{ code, message, remedy?, issues? }` and is rebuilt on arrival. A message says what and where; the remedy says what
 * to do about it.
 */

import { systemFailure } from './system-error'

/** One fault in an input: where it is, what is wrong, and what would be right. */
export interface Issue {
  /** A dotted path: `mixture.train.2.filepath`, or `line 14`. */
  path: string
  message: string
  hint?: string | undefined
}

/** An error as data, for other threads and the window's port. */
export interface Failure {
  /** Stable, dotted, for programs: `config.invalid`, `checkpoint.missing`. */
  code: string
  message: string
  remedy?: string | undefined
  issues?: Issue[] | undefined
}

/** A failure that a person can act on. */
export class MidbenchError extends Error {
  readonly code: string
  readonly remedy: string | undefined
  readonly issues: Issue[] | undefined

  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(asSentence(failure.message), options)
    this.name = 'MidbenchError'
    this.code = failure.code
    this.remedy = failure.remedy === undefined ? undefined : asSentence(failure.remedy)
    this.issues = failure.issues
  }

  toFailure(): Failure {
    return { code: this.code, message: this.message, remedy: this.remedy, issues: this.issues }
  }
}

/**
 * Any thrown value as a {@link Failure}: a system error is put into words, and anything else that is not ours gets the
 * code `internal`.
 */
export function toFailure(error: unknown): Failure {
  if (error instanceof MidbenchError) return error.toFailure()
  const refused = systemFailure(error)
  if (refused !== undefined) return refused
  if (error instanceof Error) return { code: 'internal', message: error.message }
  return { code: 'internal', message: String(error) }
}

/**
 * A message as a sentence, however it was put together: it begins with a capital where it begins with a plain word, and
 * ends with one full stop. Usage and texts of several lines stay unchanged.
 */
function asSentence(text: string): string {
  if (text === '' || text.includes('\n') || text.startsWith('Usage:')) return text
  const begun = text.replace(/^[a-z](?=[a-z]* )/, (first) => first.toUpperCase())
  const whole = begun.trimEnd().replace(/(?<=[\p{L}\p{N}\])"'’”])\.\.(?=\s|$)/gu, '.')
  return /[.!?:…]$/.test(whole) ? whole : `${whole}.`
}
