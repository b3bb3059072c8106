/**
 * Runs a Python program that a model wrote, to see whether it passes its test. Each program has a child process of its
 * own, in an empty folder, with an empty environment and limits of time, memory, processes and files. Where the machine
 * allows it, the child has no network, may change no file, and runs as nobody; what it does not allow is tried once and
 * told ({@link Isolation}), since the person decides by that whether to run such programs at all.
 *
 * It is a guard against accidents, not against an adversary: the child reads what its user may read. A program takes
 * some 50 ms besides its own time.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { JUDGE_SCRIPT } from './judge-script'
import type { Isolation } from './measurements.schema'

export interface Verdict {
  passed: boolean
  /** Why it did not pass: Python's error, or the limit that was reached. */
  reason: string | null
}

export interface JudgeLimits {
  /** Seconds that a program may take once Python has started. @default 5, as in the reference */
  seconds?: number
  /** MiB that a program may hold. @default 256, as in the reference */
  mib?: number
}

export interface Judge {
  /** The Python that runs programs, with its version: `/usr/bin/python3 (3.11.7)`. */
  readonly python: string
  readonly isolation: Isolation
  /** @param signal ends the program. @throws the signal's reason */
  run(program: string, signal?: AbortSignal): Promise<Verdict>
}

/** A way to start the child, and what it gives. */
interface Way {
  command: readonly string[]
  network: boolean
  asNobody: boolean
}

/** Cuts the network. The first form needs root; the second, a user namespace, which some systems refuse. */
const CUTS: readonly (readonly string[])[] = [
  ['unshare', '--net', '--'],
  ['unshare', '--user', '--map-current-user', '--net', '--'],
  [],
]

/** What a program may need of Python's library: where this cannot be imported, the way cannot be used. */
const PROBE = 'import collections, heapq, itertools, math, re, string, typing'

/** Milliseconds that a program may take to start. */
const START_MS = 60_000

/** A shim of a version manager gives way to the Python that it stands for. */
const WHICH = 'import platform, sys; print(sys.executable, platform.python_version())'

/**
 * Looks for Python 3 and tries what isolation the machine gives; takes about a second.
 * @returns null where there is no Python 3
 */
export async function findJudge(limits: JudgeLimits = {}): Promise<Judge | null> {
  let best: Judge | null = null
  for (const python of ['python3', 'python', '/usr/bin/python3']) {
    const said = (await saidBy([python, '-I', '-c', WHICH], { env: process.env })).text
    const [, path, version] = /^(.*) (3[\d.]+)$/.exec(said ?? '') ?? []
    const found = path === undefined ? null : await bestWay(path, limits)
    if (path === undefined || version === undefined || found === null) continue
    // A Python in a home folder cannot be read by nobody; the system's own can.
    if (best !== null && !(found.isolation.user && !best.isolation.user)) continue
    const run: Judge['run'] = (program, signal) => judge(program, found.way, limits, signal)
    best = { python: `${path} (${version})`, isolation: found.isolation, run }
    if (found.isolation.user || process.getuid?.() !== 0) break
  }
  return best
}

async function bestWay(
  python: string,
  limits: JudgeLimits,
): Promise<{ way: Way; isolation: Isolation } | null> {
  for (const cut of CUTS) {
    for (const asNobody of [true, false]) {
      const way: Way = { command: [...cut, python], network: cut.length > 0, asNobody }
      const answer = await ask(PROBE, way, limits)
      if (!answer.passed || (asNobody && !answer.nobody)) continue
      return { way, isolation: { network: way.network, files: answer.locked, user: answer.nobody } }
    }
  }
  return null
}

async function judge(program: string, way: Way, limits: JudgeLimits, signal?: AbortSignal): Promise<Verdict> {
  const answer = await ask(program, way, limits, signal)
  signal?.throwIfAborted()
  return { passed: answer.passed, reason: answer.passed ? null : answer.reason }
}

interface Answer {
  passed: boolean
  /** Why it did not pass. */
  reason: string
  /** Whether files are locked, and whether the child is nobody. */
  locked: boolean
  nobody: boolean
}

async function ask(
  program: string,
  { command, asNobody }: Way,
  limits: JudgeLimits,
  signal?: AbortSignal,
): Promise<Answer> {
  const folder = await mkdtemp(join(tmpdir(), 'midbench-judge-'))
  await chmod(folder, 0o755) // for nobody
  const seconds = limits.seconds ?? 5
  // The child says it with a word that the program cannot know, so that a program that ends early has not passed.
  const word = randomUUID()
  const job = { program, word, asNobody, seconds, bytes: (limits.mib ?? 256) << 20 }
  try {
    const { text, late } = await saidBy([...command, '-I', '-c', JUDGE_SCRIPT], {
      input: JSON.stringify(job),
      cwd: folder,
      ms: seconds * 1000,
      signal,
    })
    const failed = late ? `it took over ${String(seconds)} s` : 'it ended before its test did'
    return parseAnswer(text, word) ?? { passed: false, reason: failed, locked: false, nobody: false }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What the child says: `ready`, then `locked nobody word`, or `locked nobody` and the reason. */
function parseAnswer(said: string | null, word: string): Answer | null {
  const [, locked, nobody, rest] = /^ready\n([01]) ([01]) (.*)$/s.exec(said ?? '') ?? []
  if (rest === undefined) return null
  return { passed: rest === word, reason: rest, locked: locked === '1', nobody: nobody === '1' }
}

interface ProgramOptions {
  input?: string
  cwd?: string
  /** @default only where programs are found */
  env?: NodeJS.ProcessEnv
  /** Milliseconds that it may take after its first word; starting is not counted, which takes long on a busy machine. */
  ms?: number
  signal?: AbortSignal | undefined
}

interface Said {
  /** What a program printed; null where it could not be started, or failed. */
  text: string | null
  /** Whether it was ended for its time. */
  late: boolean
}

/** Starts a program in a process group of its own, which ends with it. */
function saidBy(
  [command = '', ...args]: readonly string[],
  { input = '', cwd = '/', env = { PATH: process.env['PATH'] }, ms, signal }: ProgramOptions = {},
): Promise<Said> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'ignore'], detached: true })
    let text = ''
    let late = false
    const end = (): void => {
      endGroup(child.pid)
    }
    const endAfter = (limit: number): NodeJS.Timeout =>
      setTimeout(() => {
        late = true
        end()
      }, limit)
    let timer = endAfter(START_MS)
    const done = (said: string | null): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve({ text: said, late })
    }
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted) end()
    child.stdout.on('data', (chunk: Buffer) => {
      if (text === '' && ms !== undefined) {
        clearTimeout(timer)
        timer = endAfter(ms)
      }
      text += chunk.toString('utf8')
    })
    child.stdin.on('error', () => undefined) // it ended before it read all
    child.stdin.end(input)
    child.on('error', () => done(null))
    child.on('exit', end) // what it left behind may hold its stdout open
    child.on('close', (code) => done(code === 0 ? text.trim() : null))
  })
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // nothing of it is left
  }
}
