/**
 * The command line over the same engine as the window: servers, tests and benchmarks use it, and it does not use
 * Electron.
 *
 * stdout is the result and nothing else; progress and logs go to stderr. Exit codes: 0 done, 1 failed, 2 bad usage, 130
 * stopped by Ctrl-C after saving. The first Ctrl-C asks the command to finish its current work, the second ends it. The
 * process ends when all its output has left it, however slowly it is read. A reader that leaves early (`| head`) is no
 * fault: the command finishes its current work, and the exit code is 0.
 */
import { parseArgs } from 'node:util'

import type { Command, CommandIo, CommandValues } from './cli/command'
import { commands } from './cli/commands'
import { commandText, overviewText } from './cli/help'
import { failureText, usageError } from './cli/usage'
import { toFailure } from './errors'

const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

async function main(argv: readonly string[]): Promise<number> {
  const interrupt = interruptController()
  const output = new Output(interrupt)
  const code = await run(argv, {
    stdout: (line) => output.write(`${line}\n`),
    write: (text) => output.write(text),
    stderr: (line) => process.stderr.write(`${line}\n`),
    signal: interrupt.signal,
  })
  await Promise.all([drained(process.stdout), drained(process.stderr)])
  return code === EXIT.interrupted && output.unread ? EXIT.done : code
}

async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await dispatch(argv, io)
  } catch (error) {
    const failure = toFailure(error)
    if (io.signal.aborted && isCancellation(error, failure.code)) return EXIT.interrupted
    io.stderr(failureText(failure))
    if (failure.code === 'internal' && error instanceof Error && error.stack) io.stderr(error.stack)
    return failure.code === 'usage' ? EXIT.usage : EXIT.failed
  }
}

async function dispatch(argv: readonly string[], io: CommandIo): Promise<number> {
  const overview = overviewText(commands)
  const [first] = argv
  if (first === undefined) throw usageError('No command given.', overview)
  if (first === '--help' || first === '-h' || first === 'help') {
    io.stdout(overview)
    return EXIT.done
  }
  const { command, args } = findCommand(argv)
  const values = parse(command, args)
  if (values['help'] === true) {
    io.stdout(commandText(command, commands))
    return EXIT.done
  }
  return command.run(values, io)
}

/** The command whose name, of one word or two (`bench pack`), starts the arguments. */
function findCommand(argv: readonly string[]): { command: Command; args: string[] } {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ')
    const command = commands.find((each) => each.name === name)
    if (command !== undefined) return { command, args: argv.slice(words) }
  }
  throw usageError(`There is no command ${argv[0] ?? ''}.`, overviewText(commands))
}

function parse(command: Command, args: string[]): CommandValues {
  try {
    const options = { ...command.options, help: { type: 'boolean', short: 'h' } as const }
    const names = command.positionals ?? []
    const { values, positionals } = parseArgs({
      args,
      options,
      strict: true,
      allowPositionals: names.length > 0,
    })
    if (values['help'] === true) return values
    const missing = names[positionals.length]
    if (missing !== undefined) throw new Error(`${missing} is missing.`)
    const unknown = positionals[names.length]
    if (unknown !== undefined) throw new Error(`Unexpected argument '${unknown}'.`)
    return { ...values, ...Object.fromEntries(names.map((name, i) => [name, positionals[i]])) }
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error), commandText(command, commands))
  }
}

function isCancellation(error: unknown, code: string): boolean {
  return code === 'cancelled' || (error instanceof Error && error.name === 'AbortError')
}

/** Writes the lines of the result. When nobody reads them any more, the command is asked to finish. */
class Output {
  /** Whether the reader has left. */
  unread = false

  constructor(interrupt: AbortController) {
    process.stdout.on('error', () => {
      this.unread = true
      interrupt.abort()
    })
    process.stderr.on('error', () => undefined) // no reader is left
  }

  write(text: string): void {
    if (!this.unread) process.stdout.write(text)
  }
}

/** Resolves when everything written so far has left the process, or no longer can. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}

/** Aborted by the first SIGINT or SIGTERM; the second ends the process. */
function interruptController(): AbortController {
  const controller = new AbortController()
  let first = -Infinity
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // npm passes on a Ctrl-C that the terminal has already sent to this process: that is no second one.
      if (performance.now() - first < 500) return
      if (controller.signal.aborted) process.exit(EXIT.interrupted)
      first = performance.now()
      process.stderr.write('\nFinishing what is in hand; a second Ctrl-C ends at once.\n')
      controller.abort()
    })
  }
  return controller
}

process.exit(await main(process.argv.slice(2)))
