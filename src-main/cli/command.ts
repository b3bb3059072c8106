/**
 * A command of the command line: a name, its options in the form of Node's `util.parseArgs`, and a handler that gets
 * the parsed values and writes its result. The dispatcher (headless.ts) parses, prints usage and turns errors into exit
 * codes; a command returns its own exit code when it ends by itself.
 */
import type { ParseArgsConfig } from 'node:util'

/** Parsed values as `util.parseArgs` returns them under strict parsing. */
export type CommandValues = Readonly<
  Record<string, string | boolean | readonly (string | boolean)[] | undefined>
>

/** What a command may use of the process. */
export interface CommandIo {
  /** One line of the result. */
  stdout(line: string): void
  /** A piece of the result, for a result that comes bit by bit. */
  write(text: string): void
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
  /** Names of the required arguments without a flag, in order; their values have these names. */
  positionals?: readonly string[]
  /** Returns the exit code: 0 done, 1 failed, 130 stopped. Bad usage is thrown as a MidbenchError `usage`. */
  run(values: CommandValues, io: CommandIo): Promise<number>
}
