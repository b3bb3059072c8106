/**
 * The programs that XLA compiles from a graph, kept on disk by TensorFlow itself, so that a graph of a shape seen before
 * starts in a second or two in place of ten or more. Some 6 MB a graph.
 *
 * Programs are machine code: they are kept apart by TensorFlow's version, the processor and XLA's flags, so that none
 * meets a machine that it was not made for. TensorFlow writes each file beside its place and renames it. A file that was
 * damaged since makes TensorFlow refuse the graph: `forget` removes them all, and what is compiled anew is the same.
 */
import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

import { ensureFolderSync } from '../files/ensure-folder'
import { processorFlags } from '../processor'
import { tensorflowVersion } from './installation'
import { cacheDir } from './paths'

/** Programs of the oldest graphs are removed when all take more bytes than this. */
const mostBytes = 300e6

export interface ProgramCache {
  directory: string
  /** Removes every program. */
  forget(): void
}

/**
 * Opens the cache for this machine.
 *
 * @param flags of XLA, which the programs depend on
 * @returns null where the folder cannot be made; TensorFlow then compiles at every start
 */
export function openProgramCache(flags: string, home: string = cacheDir()): ProgramCache | null {
  const directory = join(home, `programs-${tensorflowVersion}-${machineKey(flags)}`)
  try {
    ensureFolderSync(directory)
    prune(directory, mostBytes)
  } catch {
    return null // a cache that cannot be had is no reason not to train
  }
  return programCacheIn(directory)
}

/** A cache in a folder that the person's own flags name. */
export function programCacheIn(directory: string): ProgramCache {
  return {
    directory,
    forget() {
      for (const { path } of programs(directory)) rmSync(path, { force: true })
    },
  }
}

/** Removes the oldest programs until the rest take no more than `limit` bytes. */
function prune(directory: string, limit: number): void {
  const newestFirst = programs(directory).sort((a, b) => b.modified - a.modified)
  let bytes = 0
  for (const { path, size } of newestFirst) {
    bytes += size
    if (bytes > limit) rmSync(path, { force: true })
  }
}

function programs(directory: string): { path: string; size: number; modified: number }[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith('xla_compile_cache'))
    .flatMap((name) => {
      const path = join(directory, name)
      const found = statSync(path, { throwIfNoEntry: false }) // another process may have removed it
      return found ? [{ path, size: found.size, modified: found.mtimeMs }] : []
    })
}

function machineKey(flags: string): string {
  const machine = [cpus()[0]?.model ?? '', ...[...processorFlags()].sort(), flags]
  return createHash('sha256').update(machine.join('\n')).digest('hex').slice(0, 16)
}
