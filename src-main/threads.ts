/**
 * Starts the project's worker threads. They are entries of the bundle beside index.js and headless.js; run from source
 * (tests, scripts) they are started from their TypeScript files through tsx.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker, type WorkerOptions } from 'node:worker_threads'

import { MidbenchError } from './errors'

export type ThreadName = 'data' | 'trainer'

const SOURCES: Readonly<Record<ThreadName, string>> = {
  data: 'packing/data-thread.ts',
  trainer: 'engine/trainer-thread.ts',
}

/**
 * Starts a thread. The caller ends it with `terminate()`.
 * @throws MidbenchError `thread.missing` when its file is not in the build
 */
export function spawnThread(name: ThreadName, options: WorkerOptions = {}): Worker {
  const { file, execArgv } = locateThread(name, import.meta.dirname)
  return new Worker(file, { ...options, execArgv: [...execArgv, ...(options.execArgv ?? [])] })
}

/**
 * The file of a thread and what Node needs to run it.
 * @param here folder of this file, or of the bundle's chunk that holds it: the entries lie in it or one above
 */
export function locateThread(name: ThreadName, here: string): { file: string; execArgv: string[] } {
  const built = [join(here, `${name}.js`), join(here, '..', `${name}.js`)].find((path) => existsSync(path))
  if (built !== undefined) return { file: built, execArgv: [] }
  const source = join(here, SOURCES[name])
  if (existsSync(source)) return { file: source, execArgv: ['--import', 'tsx'] }
  throw new MidbenchError({
    code: 'thread.missing',
    message: `the ${name} thread's file is neither in ${here} nor above it`,
    remedy: 'build the app again: npm run build',
  })
}
