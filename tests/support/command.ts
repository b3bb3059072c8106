/** Runs a command of the command line in this process, as the dispatcher would. */
import { parseArgs } from 'node:util'
import type { Command } from '../../src-main/cli/command'

export interface Ran {
  code: number
  stdout: string[]
  stderr: string[]
}

export async function runCommand(command: Command, args: string[], signal?: AbortSignal): Promise<Ran> {
  const ran: Ran = { code: -1, stdout: [], stderr: [] }
  const { values } = parseArgs({ args, options: command.options, strict: true, allowPositionals: false })
  ran.code = await command.run(values, {
    stdout: (line) => ran.stdout.push(line),
    write: (text) => ran.stdout.push(text),
    stderr: (line) => ran.stderr.push(line),
    signal: signal ?? new AbortController().signal,
  })
  return ran
}
