/**
 * What a command of the command line is: a name, its options as Node's `util.parseArgs` takes them, and a handler that
 * gets parsed values and writes its result. The dispatcher (headless.ts) parses, prints usage and turns errors into
 * exit codes; a command returns its own exit code when it ends by itself.
 */
import type { ParseArgsConfig } from 'node:util'

/** Parsed values as `util.parseArgs` returns them under strict parsing. */
export type CommandValues = Readonly<
  Record<string, string | boolean | readonly (string | boolean)[] | undefined>
>

/** What a command may touch of the process. */
export interface CommandIo {
  /** One line of the result. */
  stdout(line: string): void
  /** One line of progress or log. */
  stderr(line: string): void
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
}

export interface Command {
  name: string
  /** One line for the list of commands. */
  summary: string
  /** The line after `Usage:`. */
  usage: string
  options: NonNullable<ParseArgsConfig['options']>
  /** Names of what must stand after the command without a flag, in order; the values have them by these names. */
  positionals?: readonly string[]
  /** The exit code: 0 done, 1 failed, 130 stopped. Bad usage is thrown as a MidbenchError `usage`. */
  run(values: CommandValues, io: CommandIo): Promise<number>
}
