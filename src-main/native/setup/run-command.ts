/**
 * Runs another program of the machine (pip, npm, g++, tar, apt-get) and says plainly what went wrong with it.
 *
 * The program's output is collected, not shown: the caller shows its own progress, and the last lines on failure.
 */
import { spawn } from 'node:child_process'

import { MidbenchError } from '../../errors'

export interface RunOptions {
  /** What to do where the program is missing; part of the error. */
  remedy?: string
  /** Variables on top of this process's own. */
  env?: Record<string, string>
  cwd?: string
  signal?: AbortSignal
}

/** The exit status and output of a program. */
export interface Finished {
  /** The exit status; null where a signal ended it. */
  code: number | null
  stdout: string
  stderr: string
}

/**
 * Runs a program to its end, whatever its exit status.
 *
 * @throws MidbenchError `command.missing` where there is no such program.
 */
export function runCommand(command: string, args: string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      cwd: options.cwd,
      signal: options.signal,
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    child.on('error', (cause) => {
      reject(options.signal?.aborted ? cause : cannotRun(command, options.remedy, cause))
    })
    child.on('close', (code) => {
      resolve({ code, ...output })
    })
  })
}

/** The end of a program's output, for an error message: its last lines that are not empty. */
export function lastLines({ stdout, stderr }: Finished, count = 4): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(-count).join('\n').slice(-1000)
}

function cannotRun(command: string, remedy: string | undefined, cause: Error): MidbenchError {
  return new MidbenchError(
    {
      code: 'command.missing',
      message: `${command} could not be run: ${cause.message}.`,
      remedy: remedy ?? `Install ${command} and put it on the PATH.`,
    },
    { cause },
  )
}
