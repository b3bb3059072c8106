/**
 * The programs that XLA compiles from a graph, stored on disk by TensorFlow itself, so that a graph of a known shape
 * starts in a second or two instead of ten or more. They take some 6 MB a graph.
 *
 * Programs are machine code: they are stored separately by TensorFlow's version, the processor and XLA's flags, so that
 * none runs on a machine that it was not made for. TensorFlow writes each file beside its place and renames it. A file
 * that was damaged since makes TensorFlow refuse the graph: `forget` removes them all, and compiling again gives the
 * same programs.
 */
import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

import { ensureFolderSync } from '../files/ensure-folder'
import { processorFlags } from '../processor'
import { tensorflowVersion } from './installation'
import { cacheDir } from './paths'

/** When all programs take more bytes than this, the oldest are removed. */
const mostBytes = 300e6

export interface ProgramCache {
  directory: string
  /** Removes every program. */
  forget(): void
}

/**
 * Opens the cache for this machine.
 *
 * @param flags of XLA, on which the programs depend
 * @returns null where the folder cannot be made; TensorFlow then compiles at every start
 */
export function openProgramCache(flags: string, home: string = cacheDir()): ProgramCache | null {
  const directory = join(home, `programs-${tensorflowVersion}-${machineKey(flags)}`)
  try {
    ensureFolderSync(directory)
    prune(directory, mostBytes)
  } catch {
    return null // training works without a cache
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
