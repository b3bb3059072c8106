/** What the commands of this folder share: how they report failures, and how they run other programs. */
import { spawn, type SpawnOptions } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { toFailure } from '../src-main/errors'
import { projectDir } from '../src-main/native/paths'
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

/** Makes sure that a command's needs are installed; prints nothing where they are. */
export async function requireParts(parts: SetupPart[]): Promise<void> {
  if (await isSetUp(parts)) return
  await setUp({ parts, report: terminalReport(process.stderr) })
}

/**
 * Becomes the built command line, in this process, so that signals, pipes and the exit code are its own.
 *
 * @returns never: the command line ends the process
 */
export async function becomeHeadless(args: string[]): Promise<number> {
  const headless = join(projectDir(), 'out', 'main', 'headless.js')
  process.argv = [process.execPath, headless, ...args]
  await import(pathToFileURL(headless).href)
  return 0
}

/**
 * Runs a program in this terminal, and passes on signals that end programs.
 *
 * @returns its exit status; 128 plus the signal's number where a signal ended it, as in shells
 */
export function runProgram(command: string, args: string[], options: SpawnOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    const forward = (signal: NodeJS.Signals) => void child.kill(signal)
    for (const signal of signals) process.on(signal, forward)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      for (const each of signals) process.off(each, forward)
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
}
