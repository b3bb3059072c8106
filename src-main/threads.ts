/**
 * Starts the project's worker threads. They are entries of the bundle beside index.js and headless.js; run from source
 * (tests, scripts) they are started from their TypeScript files through tsx.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'

import { MidbenchError } from './errors'

export type ThreadName = 'checkpoints' | 'data' | 'tokens' | 'trainer'

const SOURCES: Readonly<Record<ThreadName, string>> = {
  checkpoints: 'runs/checkpoint-thread.ts',
  data: 'packing/data-thread.ts',
  tokens: 'data/token-cache/fill-thread.ts',
  trainer: 'engine/trainer-thread.ts',
}

/**
 * Starts a thread. The caller ends it with `terminate()`.
 * @throws MidbenchError `thread.missing` when its file is not in the build
 */
export function spawnThread(name: ThreadName, options: WorkerOptions = {}): Worker {
  const file = locateThread(name, import.meta.dirname)
  if (!file.endsWith('.ts')) return new Worker(file, options)
  return new Worker(throughTsx(file), { ...options, eval: true })
}

/**
 * The file of a thread: built, or its source where there is no build around.
 * @param here folder of this file, or of the bundle's chunk that holds it: the entries lie in it or one above
 */
export function locateThread(name: ThreadName, here: string): string {
  const places = [join(here, `${name}.js`), join(here, '..', `${name}.js`), join(here, SOURCES[name])]
  const file = places.find((path) => existsSync(path))
  if (file !== undefined) return file
  throw new MidbenchError({
    code: 'thread.missing',
    message: `The ${name} thread's file is neither in ${here} nor above it.`,
    remedy: 'Build the app again: npm run build.',
  })
}

/**
 * A script that lets the worker read TypeScript, then becomes the thread (a worker does not heed `--import`). tsx is
 * found from the working directory, which for tests and scripts is the project's.
 */
function throughTsx(file: string): string {
  const entry = JSON.stringify(pathToFileURL(file).href)
  return `import('tsx/esm/api').then(({ register }) => { register(); return import(${entry}) })`
}
