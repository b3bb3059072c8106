/**
 * Runs a program that downloads into a folder, and reports how much has arrived, by the size of that folder. Programs
 * show progress in different ways, and most show none in a log, but their files always grow.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import type { Report } from './report'
import { runCommand, type Finished, type RunOptions } from './run-command'

export interface FetchOptions extends RunOptions {
  /** The folder that grows; temporary files are kept in it too. */
  folder: string
  /** Name of what is downloaded, for the progress line. */
  message: string
  /** Expected bytes, where known. */
  total?: number
  /** Ends the program when nothing arrives for this long, in milliseconds. */
  stallMs?: number
}

const lookEveryMs = 500

/** Runs a downloading program to its end. If a stall ended it, its `code` is null and `stderr` says so. */
export async function fetchCommand(
  command: string,
  args: string[],
  report: Report,
  options: FetchOptions,
): Promise<Finished> {
  const stalled = new AbortController()
  const signals = [stalled.signal, ...(options.signal ? [options.signal] : [])]
  const stopWatching = watchGrowth(options, report, () => {
    stalled.abort()
  })
  try {
    // TMPDIR: pip and others download into it first, and /tmp may be small.
    const env = { TMPDIR: options.folder, ...options.env }
    return await runCommand(command, args, {
      ...options,
      env,
      cwd: options.folder,
      signal: AbortSignal.any(signals),
    })
  } catch (error) {
    if (!stalled.signal.aborted) throw error
    return { code: null, stdout: '', stderr: `nothing arrived for ${(options.stallMs ?? 0) / 1000} s` }
  } finally {
    stopWatching()
  }
}

function watchGrowth(
  { folder, message, total, stallMs }: FetchOptions,
  report: Report,
  stall: () => void,
): () => void {
  let grown = { bytes: 0, at: Date.now() }
  const say = () => {
    report({ kind: 'progress', message, bytes: grown.bytes, ...(total && { total }) })
  }
  const look = async () => {
    const size = await folderSize(folder)
    const bytes = Math.min(size, total ?? size)
    if (bytes !== grown.bytes) grown = { bytes, at: Date.now() }
    else if (stallMs !== undefined && Date.now() - grown.at > stallMs) stall()
    say()
  }
  say()
  const timer = setInterval(() => void look().catch(() => undefined), lookEveryMs) // files may vanish during the count
  return () => {
    clearInterval(timer)
  }
}

async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
