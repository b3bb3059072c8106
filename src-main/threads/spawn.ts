/**
 * Starts the project's worker threads and processes. They are entries of the bundle beside index.js and headless.js;
 * from source (tests, scripts) they are started from their TypeScript files through tsx.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'

import { type Failure, MidbenchError } from '../errors'
import { Caller, type CallMap } from './calls'
import { threadChannel } from './channel'

export type ThreadName = 'checkpoints' | 'data' | 'parquet' | 'tokens' | 'trainer'
export type ProcessName = 'trainer-process'

const SOURCES: Readonly<Record<ThreadName | ProcessName, string>> = {
  checkpoints: '../runs/checkpoint-thread.ts',
  data: '../packing/data-thread.ts',
  parquet: '../data/files/parquet-thread.ts',
  tokens: '../data/token-cache/fill-thread.ts',
  trainer: '../engine/trainer-thread.ts',
  'trainer-process': '../engine/trainer-process.ts',
}

/** The person's value: a trainer thread of this process sets it for the whole process, and so for its children. */
const { TF_NUM_INTRAOP_THREADS } = process.env

/** Where entries of the bundle are looked for. */
let home = import.meta.dirname

/**
 * Has all threads and processes started from a build, though this code runs from source. Tests that start many ask for
 * that: to read its TypeScript takes each most of a second.
 *
 * @param folder with the entries of the bundle
 */
export function startThreadsFrom(folder: string): void {
  home = folder
}

/** The first message of a process of ours: it and everything that it imports could be loaded. */
export const PROCESS_READY = 'midbench:ready'

/**
 * Starts a thread. The caller ends it with `terminate()`.
 * @throws MidbenchError `thread.missing` when its file is not in the build
 */
export function spawnThread(name: ThreadName, options: WorkerOptions = {}): Worker {
  const file = locateThread(name, home)
  if (!file.endsWith('.ts')) return new Worker(file, options)
  return new Worker(throughTsx(file), { ...options, eval: true })
}

/**
 * Starts a thread and returns the calls to it; closing them ends the thread.
 *
 * @param who the thread's name in errors: `data thread`
 * @param onNotice called with what goes wrong there but ends no call. @default a warning of the process
 * @throws MidbenchError `thread.missing` when its file is not in the build
 */
export function startThread<M extends CallMap<M>>(
  name: ThreadName,
  who: string,
  options?: WorkerOptions,
  onNotice?: (notice: Failure) => void,
): Caller<M> {
  return new Caller<M>(threadChannel(spawnThread(name, options), who), onNotice)
}

/**
 * Starts a process that talks over its channel in structured clones, typed arrays included. Its first message is
 * {@link PROCESS_READY}; its stdout and stderr are pipes.
 *
 * @param program Node, or Electron, which its environment here makes run as Node
 * @param environment variables besides those of this process
 * @throws MidbenchError `thread.missing` when its file is not in the build
 */
export function forkProcess(
  name: ProcessName,
  program: { executable: string },
  environment: NodeJS.ProcessEnv = {},
): ChildProcess {
  const file = locateThread(name, home)
  return fork(file, [], {
    execPath: program.executable,
    execArgv: file.endsWith('.ts') ? ['--import', 'tsx'] : [],
    env: { ...process.env, TF_NUM_INTRAOP_THREADS, ELECTRON_RUN_AS_NODE: '1', ...environment },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}

/**
 * The file of a thread or process: the built one, or its source where this code is not built.
 * @param here folder of this file, or of the bundle's chunk that holds it: the entries lie in it or one above
 */
export function locateThread(name: ThreadName | ProcessName, here: string): string {
  const places = [join(here, `${name}.js`), join(here, '..', `${name}.js`), join(here, SOURCES[name])]
  const file = places.find((path) => existsSync(path))
  if (file !== undefined) return file
  throw new MidbenchError({
    code: 'thread.missing',
    message: `The file of ${name} is neither in ${here} nor above it.`,
    remedy: 'Build the app again: npm run build.',
  })
}

/**
 * A script that lets the worker read TypeScript, then becomes the thread (a worker ignores `--import`). tsx is found
 * from the working directory, which for tests and scripts is the project's.
 */
function throughTsx(file: string): string {
  const entry = JSON.stringify(pathToFileURL(file).href)
  return `import('tsx/esm/api').then(({ register }) => { register(); return import(${entry}) })`
}
