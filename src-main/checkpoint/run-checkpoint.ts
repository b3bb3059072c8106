/**
 * The checkpoints of a run: `checkpoints/step_000150/` with nanochat's three files, `resume.json` and a manifest of all
 * of them with their SHA-256. Such a folder is a nanochat checkpoint too.
 *
 * A checkpoint is written into `step_000150.tmp` and renamed when everything is on the disk, so a run can be killed at
 * any instant: the folder with the plain name is whole, or the manifest says that it is not.
 */
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFile, syncPath } from '../files/durable'
import { ensureFolder } from '../files/ensure-folder'
import { hashFile } from '../files/sha256'
import { codeOf } from '../system-error'
import { manifest, resumeState, type Manifest, type ResumeState } from './checkpoint.schema'
import { readJsonFile } from '../files/python-json'
import { fileNames, loadModel, loadOptimizers, writeModelCheckpoint } from './nanochat-files'
import type { RunCheckpoint } from './types'
import { saving } from './unwritable'

const RESUME = 'resume.json'
const MANIFEST = 'manifest.json'

export interface StoredCheckpoint {
  step: number
  dir: string
}

/** A checkpoint that cannot be continued from, and why. */
export interface TornCheckpoint extends StoredCheckpoint {
  reason: string
}

/** Where the checkpoint of a step lies in a run's folder of checkpoints. */
export function checkpointFolder(dir: string, step: number): string {
  return join(dir, `step_${String(step).padStart(6, '0')}`)
}

/**
 * Saves a checkpoint; an existing one is replaced.
 * @param dir the checkpoint's own folder, as {@link checkpointFolder} names it; made if missing
 * @returns the same folder
 * @throws MidbenchError `checkpoint.write`; the existing checkpoints stay unchanged
 */
export async function saveRunCheckpoint(dir: string, contents: RunCheckpoint): Promise<string> {
  const beside = `${dir}.tmp`
  try {
    await saving(dir, async () => {
      await rm(beside, { recursive: true, force: true })
      await ensureFolder(beside)
      await writeCheckpoint(beside, contents)
      await swapIn(beside, dir)
      await syncPath(dirname(dir))
    })
  } catch (error) {
    await rm(beside, { recursive: true, force: true }).catch(() => undefined) // the first error says more
    throw error
  }
  return dir
}

async function writeCheckpoint(dir: string, contents: RunCheckpoint): Promise<void> {
  const written = await writeModelCheckpoint(dir, contents)
  written.set(RESUME, await makeFile(join(dir, RESUME), JSON.stringify(contents.resume, null, 2)))
  const files: Manifest = {
    format: 'midbench-checkpoint-1',
    step: contents.step,
    files: Object.fromEntries(written),
  }
  await makeFile(join(dir, MANIFEST), JSON.stringify(files, null, 2))
}

/**
 * A folder cannot be renamed onto another: the old one is renamed to `.old`, which is found until the new one is in
 * place.
 */
async function swapIn(beside: string, target: string): Promise<void> {
  const old = `${target}.old`
  await rm(old, { recursive: true, force: true })
  await rename(target, old).catch(ignoreMissing)
  await rename(beside, target)
  await rm(old, { recursive: true, force: true })
}

/**
 * The checkpoints of a run by step, ascending, whole or not; none where the folder is missing.
 * @param dir the run's folder of checkpoints
 */
export async function listRunCheckpoints(dir: string): Promise<StoredCheckpoint[]> {
  const found = new Map<number, string>()
  for (const name of (await readdir(dir).catch((): string[] => [])).sort()) {
    const match = /^step_(\d+)(\.old)?$/.exec(name)
    // Sorted, so a plain name comes before its `.old` and wins.
    if (match?.[1] !== undefined && !found.has(Number(match[1]))) found.set(Number(match[1]), join(dir, name))
  }
  const checkpoints = [...found].map(([step, path]) => ({ step, dir: path }))
  return checkpoints.sort((a, b) => a.step - b.step)
}

/**
 * The last checkpoint whose files are all as they were written, and the later ones that are not. Reads every byte of
 * the checkpoints it looks at (about a second for a gigabyte).
 */
export async function latestValid(
  dir: string,
): Promise<{ checkpoint: StoredCheckpoint | null; skipped: TornCheckpoint[] }> {
  const skipped: TornCheckpoint[] = []
  for (const checkpoint of (await listRunCheckpoints(dir)).reverse()) {
    const reason = await whatIsTorn(checkpoint)
    if (reason === null) return { checkpoint, skipped }
    skipped.push({ ...checkpoint, reason })
  }
  return { checkpoint: null, skipped }
}

/**
 * The manifest of a checkpoint's files when it was saved. @throws MidbenchError `checkpoint.json`; file system errors
 */
export function readManifest(dir: string): Promise<Manifest> {
  return readJsonFile(join(dir, MANIFEST), manifest)
}

/** What a checkpoint stores for its run. @throws as {@link readManifest} */
export function readResume(dir: string): Promise<ResumeState> {
  return readJsonFile(join(dir, RESUME), resumeState)
}

/** What is wrong with a checkpoint; null when every file is as its manifest says. */
export async function whatIsTorn({ step, dir }: StoredCheckpoint): Promise<string | null> {
  try {
    const { files, step: stepThere } = await readManifest(dir)
    if (stepThere !== step) return `it is the checkpoint of step ${String(stepThere)}`
    const { model, meta, optimizers } = fileNames(step)
    const unlisted = [RESUME, model, meta, optimizers].find((name) => !Object.hasOwn(files, name))
    if (unlisted !== undefined) return `its manifest does not name ${unlisted}`
    for (const [name, { bytes, sha256 }] of Object.entries(files)) {
      const { size } = await stat(join(dir, name))
      if (size !== bytes) return `${name} has ${String(size)} bytes in place of ${String(bytes)}`
      if ((await hashFile(join(dir, name))) !== sha256) return `${name} was changed after it was saved`
    }
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * Loads a checkpoint of a run that {@link latestValid} returned: that has compared every byte of its files, so they are
 * only read here.
 * @throws MidbenchError what {@link loadModel} throws
 */
export async function loadRunCheckpoint({ dir, step }: StoredCheckpoint): Promise<RunCheckpoint> {
  const resume = await readResume(dir)
  const { meta, tensors } = await loadModel(dir, step)
  const optimizers = await loadOptimizers(dir, step, meta.model_config)
  return { step, meta, model: tensors, optimizers, resume }
}

/**
 * Removes all but the last `keep` checkpoints, and what interrupted saves left.
 * @returns the remaining steps, ascending
 */
export async function pruneRunCheckpoints(dir: string, keep: number): Promise<number[]> {
  const checkpoints = await listRunCheckpoints(dir)
  const kept = checkpoints.slice(-Math.max(keep, 1))
  const names = new Set(kept.map((checkpoint) => checkpoint.dir))
  for (const name of await readdir(dir).catch((): string[] => [])) {
    const path = join(dir, name)
    if (/^step_\d+(\.old|\.tmp)?$/.test(name) && !names.has(path))
      await rm(path, { recursive: true, force: true })
  }
  return kept.map(({ step }) => step)
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error
}
