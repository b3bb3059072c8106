/**
 * Installed folders that are whole or absent: built beside their target, listed in a manifest, renamed into place.
 *
 * A folder without its manifest, or with a file of another size, counts as not installed. `deep` also compares every
 * file's sha256, at about a second a gigabyte. Whatever interrupts a set-up leaves `*.partial-*` folders at most, which
 * the next set-up removes.
 */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'

import * as z from 'zod'

import { ensureFolder } from '../../files/ensure-folder'
import { holding } from '../../files/lock'
import type { Report } from './report'

const manifestName = 'midbench-manifest.json'
const partialMark = '.partial-'

const manifestSchema = z.object({
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
})
type Manifest = z.infer<typeof manifestSchema>

/** Runs work that no other set-up or build may do in the same folder at the same time; waits for another, and says so. */
export async function alone<Result>(
  folder: string,
  report: Report,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = join(folder, 'setup.lock')
  const onWait = (): void => {
    report({ kind: 'note', message: `Another set-up or build is at work (${lock}); waiting for it.` })
  }
  return holding(lock, { onWait }, work)
}

/**
 * Builds a folder beside its target and renames it into place, replacing what is there.
 *
 * @param fill - writes the folder's content into the path it is given
 */
export async function installFolder(target: string, fill: (staging: string) => Promise<void>): Promise<void> {
  const staging = partialPath(target)
  await rm(staging, { recursive: true, force: true })
  await ensureFolder(staging)
  try {
    await fill(staging)
    const manifest: Manifest = { files: await describeFiles(staging) }
    await writeFile(join(staging, manifestName), JSON.stringify(manifest, null, 1))
    await flush(staging, manifest)
    await rm(target, { recursive: true, force: true })
    await rename(staging, target)
    await flushPath(dirname(target))
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** Whether a folder is installed: its manifest is there and every file has the size it says. Takes milliseconds. */
export function isInstalled(folder: string): boolean {
  const manifest = readManifest(folder)
  return (
    manifest !== undefined && manifest.files.every((file) => hasSize(join(folder, file.path), file.bytes))
  )
}

/** The first file of an installed folder whose content is not what was installed; undefined where all are. */
export async function findCorruptFile(folder: string): Promise<string | undefined> {
  for (const file of readManifest(folder)?.files ?? []) {
    const path = join(folder, file.path)
    if (!hasSize(path, file.bytes) || (await sha256Of(path)) !== file.sha256) return path
  }
  return undefined
}

/** Removes what interrupted set-ups left under a folder. To be called by the only set-up that runs. */
export async function removePartial(folder: string): Promise<void> {
  for (const directory of [folder, join(folder, 'downloads')]) {
    const names = existsSync(directory) ? await readdir(directory) : []
    const partial = names.filter((name) => name.includes(partialMark)).map((name) => join(directory, name))
    // A client of a killed set-up may still write there for a moment.
    const options = { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }
    await Promise.all(partial.map((path) => rm(path, options)))
  }
}

/** A name for work in progress beside a target; {@link removePartial} knows it. */
export function partialPath(target: string): string {
  return `${target}${partialMark}${process.pid}`
}

/** The sha256 of a file, hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

function readManifest(folder: string): Manifest | undefined {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(join(folder, manifestName), 'utf8')))
  } catch {
    return undefined // absent or damaged: either way the folder has to be installed again
  }
}

async function describeFiles(root: string): Promise<Manifest['files']> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files: Manifest['files'] = []
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name)
    files.push({ path: relative(root, path), bytes: (await stat(path)).size, sha256: await sha256Of(path) })
  }
  return files
}

function hasSize(path: string, bytes: number): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === bytes
}

async function flush(root: string, manifest: Manifest): Promise<void> {
  for (const { path } of [...manifest.files, { path: manifestName }]) await flushPath(join(root, path))
}

/** Makes what was written to a file or folder survive a power cut. */
async function flushPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
