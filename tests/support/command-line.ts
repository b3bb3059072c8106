/**
 * Runs the command line as a process of its own, with a data folder of its own. It is the built one that people run, made
 * first where it is stale: from source each process, and each thread of it, would spend a second on TypeScript.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { buildIfStale } from '../../scripts/build'
import { projectDir } from '../../src-main/native/paths'

await buildIfStale()

/** The built command line, for tests that start it by themselves. */
export const HEADLESS = join(projectDir(), 'out', 'main', 'headless.js')

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
  const child = spawn(node, [HEADLESS, ...args], {
    cwd: projectDir(),
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
