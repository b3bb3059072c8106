/**
 * Installed folders that are whole or absent: built beside their target, listed in a manifest, renamed into place.
 *
 * A folder without its manifest, or with a file of another size, counts as not installed. `deep` also compares every
 * file's sha256, at about a second a gigabyte. An interrupted set-up leaves at most half-made folders beside the whole
 * ones, which the next set-up removes (files/leftovers.ts).
 */
import { readFileSync, statSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'

import * as z from 'zod'

import { makeFile, makeFolder, syncPath } from '../../files/durable'
import { holding } from '../../files/lock'
import { hashFile } from '../../files/sha256'
import type { Report } from './report'

const manifestName = 'midbench-manifest.json'

const manifestSchema = z.object({
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
})
type Manifest = z.infer<typeof manifestSchema>

/**
 * Runs work that no other set-up or build may do in the same folder at the same time; reports when it waits for
 * another.
 */
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
 * Builds a folder beside its target and renames it into place, replacing the old one.
 *
 * @param fill - writes the folder's content into the path it is given
 */
export async function installFolder(target: string, fill: (staging: string) => Promise<void>): Promise<void> {
  const build = async (staging: string): Promise<void> => {
    await fill(staging)
    const manifest: Manifest = { files: await describeFiles(staging) }
    for (const { path } of manifest.files) await syncPath(join(staging, path))
    await makeFile(join(staging, manifestName), JSON.stringify(manifest, null, 1))
  }
  await makeFolder(target, build, { replace: true })
}

/** Whether a folder is installed: its manifest exists and every file has the size listed there. Takes milliseconds. */
export function isInstalled(folder: string): boolean {
  const manifest = readManifest(folder)
  return (
    manifest !== undefined && manifest.files.every((file) => hasSize(join(folder, file.path), file.bytes))
  )
}

/** The first file of an installed folder whose content differs from what was installed; undefined where none does. */
export async function findCorruptFile(folder: string): Promise<string | undefined> {
  for (const file of readManifest(folder)?.files ?? []) {
    const path = join(folder, file.path)
    if (!hasSize(path, file.bytes) || (await hashFile(path)) !== file.sha256) return path
  }
  return undefined
}

function readManifest(folder: string): Manifest | undefined {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(join(folder, manifestName), 'utf8')))
  } catch {
    return undefined // absent or damaged: in both cases the folder must be installed again
  }
}

async function describeFiles(root: string): Promise<Manifest['files']> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files: Manifest['files'] = []
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name)
    files.push({ path: relative(root, path), bytes: (await stat(path)).size, sha256: await hashFile(path) })
  }
  return files
}

function hasSize(path: string, bytes: number): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === bytes
}
