/** Input of commands that take one JSON string a line, so that a text may hold line ends. */
import { MidbenchError } from '../errors'

/** @param number of the line, from 1. @throws MidbenchError `input.not-json` */
export function parseJsonString(line: string, number: number): string {
  const fault = `Line ${String(number)} is not a JSON string.`
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'string') return value
  } catch (cause) {
    throw new MidbenchError({ code: 'input.not-json', message: fault }, { cause })
  }
  throw new MidbenchError({ code: 'input.not-json', message: fault })
}
