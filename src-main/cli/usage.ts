/** Turns bad usage into an error, and any failure into the lines that a person reads in a terminal. */
import { type Failure, type Issue, MidbenchError } from '../errors'

/**
 * An error that ends the command line with exit code 2.
 *
 * @param help shown below the message: the usage of the command, or the list of commands
 */
export function usageError(message: string, help?: string): MidbenchError {
  return new MidbenchError({ code: 'usage', message, remedy: help })
}

/** What went wrong, where, and what to do: the message, one line for each issue, and the remedy. */
export function failureText(failure: Failure): string {
  // An issue that the message already contains is not repeated.
  const isSaid = ({ message }: Issue): boolean => failure.message.includes(message)
  const all = failure.issues ?? []
  const hints = all.filter(isSaid).flatMap(({ hint }) => (hint === undefined ? [] : [hint]))
  const unsaid = hints.filter((hint) => ![failure.message, failure.remedy].join(' ').includes(hint))
  const others = all.filter((issue) => !isSaid(issue)).map((issue) => `  ${issueText(issue)}`)
  const remedy = failure.remedy === undefined ? [] : [failure.remedy]
  return [failure.message, ...new Set(unsaid), ...others, ...remedy].join('\n')
}

/** `a.b is 3; it must be 4` for clauses, `a.b: This is wrong. Mend it.` for sentences. */
function issueText({ path, message, hint }: Issue): string {
  const where = path === '' ? '' : /^(is|are|has|must) /.test(message) ? `${path} ` : `${path}: `
  if (hint === undefined) return `${where}${message}`
  const ended = /[.!?]$/.test(message)
  if (!ended && /^[a-z]/.test(hint)) return `${where}${message}; ${hint}`
  return `${where}${message}${ended ? '' : '.'} ${hint}`
}

/** A string option that must be given. @throws MidbenchError `usage` */
export function requiredString(
  values: Readonly<Record<string, unknown>>,
  name: string,
  usage: string,
): string {
  const value = values[name]
  if (typeof value === 'string' && value !== '') return value
  throw usageError(`--${name} is missing.`, `Usage: midbench ${usage}`)
}

export function optionalString(values: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = values[name]
  return typeof value === 'string' ? value : null
}

/** A whole number from `least` to `most`; null when it is not given. @throws MidbenchError `usage` */
export function optionalCount(
  values: Readonly<Record<string, unknown>>,
  name: string,
  least = 1,
  most = Infinity,
): number | null {
  const value = values[name]
  if (value === undefined) return null
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : NaN
  if (Number.isSafeInteger(number) && number >= least && number <= most) return number
  const given = typeof value === 'string' ? value : 'no number'
  const bounds =
    most === Infinity ? `of at least ${String(least)}` : `from ${String(least)} to ${String(most)}`
  throw usageError(`--${name} is ${given}; it must be a whole number ${bounds}.`)
}

/** A number of at least `least`; null when it is not given. @throws MidbenchError `usage` */
export function optionalNumber(
  values: Readonly<Record<string, unknown>>,
  name: string,
  least: number,
): number | null {
  const value = values[name]
  if (value === undefined) return null
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN
  if (Number.isFinite(number) && number >= least) return number
  const given = typeof value === 'string' ? value : 'no number'
  throw usageError(`--${name} is ${given}; it must be a number of at least ${String(least)}.`)
}

/** One of the choices; null when it is not given. @throws MidbenchError `usage` */
export function optionalChoice<Choice extends string>(
  values: Readonly<Record<string, unknown>>,
  name: string,
  choices: readonly Choice[],
): Choice | null {
  const value = optionalString(values, name)
  if (value === null) return null
  const choice = choices.find((each) => each === value)
  if (choice !== undefined) return choice
  throw usageError(`--${name} is ${value}; it must be ${choices.join(' or ')}.`)
}
