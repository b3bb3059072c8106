/** Runs the command line as a process of its own, from its source, with a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const PROJECT = join(import.meta.dirname, '..', '..')

export interface Finished {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string[]
  stderr: string
}

export interface Started {
  process: ChildProcess
  finished: Promise<Finished>
  /** Resolves with the first line of stdout that holds the text. */
  line(text: string): Promise<string>
}

/**
 * @param home where runs, caches and settings go
 * @param node the Node to run it on
 * @param isTyped whether the test types on stdin, and ends it; otherwise there is nothing on it
 */
export function startCommand(
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  node = process.execPath,
  isTyped = false,
): Started {
  const child = spawn(node, ['--import', 'tsx', 'src-main/headless.ts', ...args], {
    cwd: PROJECT,
    env: { ...process.env, MIDBENCH_HOME: home, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => undefined) // it may end before it has read what was typed
  if (!isTyped) child.stdin.end()
  const stdout: string[] = []
  const waiting: { text: string; resolve: (line: string) => void }[] = []
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  createInterface({ input: child.stdout }).on('line', (line) => {
    stdout.push(line)
    for (const { text, resolve } of waiting) if (line.includes(text)) resolve(line)
  })
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  const line = (text: string): Promise<string> => {
    const known = stdout.find((each) => each.includes(text))
    return known === undefined
      ? new Promise((resolve) => waiting.push({ text, resolve }))
      : Promise.resolve(known)
  }
  return { process: child, finished, line }
}

export function runCommandLine(
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  node = process.execPath,
): Promise<Finished> {
  return startCommand(home, args, env, node).finished
}
