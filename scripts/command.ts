/** What the commands of this folder share: how they fail, and how they run other programs. */
import { spawn, type SpawnOptions } from 'node:child_process'
import { constants } from 'node:os'

import { toFailure } from '../src-main/errors'
import { isSetUp, setUp, type SetupPart } from '../src-main/native/setup/setup'
import { terminalReport } from '../src-main/native/setup/report'

/** The arguments after the command's own name. */
export const commandArguments = process.argv.slice(3)

/** Runs a command; a failure is one message on stderr and exit code 1. */
export async function runCommandLine(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command()
  } catch (error) {
    const { code, message, remedy } = toFailure(error)
    process.stderr.write(`${message}\n${remedy ? `${remedy}\n` : ''}`)
    if (code === 'internal' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
    process.exitCode = 1
  }
}

/** Makes sure that what a command needs is installed; says nothing where it is. */
export async function requireParts(parts: SetupPart[]): Promise<void> {
  if (await isSetUp(parts)) return
  await setUp({ parts, report: terminalReport(process.stderr) })
}

/**
 * Runs a program with this terminal. Ctrl-C and termination reach the program, which decides what to do about them.
 *
 * @returns its exit status; 128 and the signal's number where a signal ended it, as shells have it
 */
export function runProgram(command: string, args: string[], options: SpawnOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    const forward = (signal: NodeJS.Signals) => void child.kill(signal)
    const ignore = () => undefined // the terminal sends Ctrl-C to the program as well
    process.on('SIGINT', ignore).on('SIGTERM', forward).on('SIGHUP', forward)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGTERM', forward).off('SIGHUP', forward)
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
}
