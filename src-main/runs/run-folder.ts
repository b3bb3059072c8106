/**
 * A run's folder: `run.json` (who it is), `config.json` (its options, every path absolute), `log.txt`, `checkpoints/`; a
 * branch has `branch.json` and `fork/` as well (branch-folder.ts).
 *
 * The folder is the run's alone: it is new or empty at the start, and one process at a time holds it. The folder is
 * enough to resume from: where the store does not know the run, because the folder was copied here or the store was
 * lost, the run is added to the store again from its folder. Files are written beside their target, fsynced and
 * renamed.
 */
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { checkpointFolder } from '../checkpoint/run-checkpoint'
import { ensureFolder } from '../files/ensure-folder'
import { makeFile } from '../files/durable'
import { MidbenchError } from '../errors'
import { readTextFile } from '../files/text-file'
import { firstFault } from '../schema-faults'
import { codeOf } from '../system-error'
import { writeReason } from '../files/write-reason'
import { parseConfig, parseJson } from '../config/config'
import type { RunConfig } from '../config/config.schema'
import type { RunLabels } from '../config/run.schema'
import type { BranchRecord } from '../engine/branch-record.schema'
import { BRANCH_FILE, branchText, readBranch } from './branch-folder'
import { elsewhere } from './run-errors'
import { FolderHold, LOCK_FILE } from './store-lock'

const CONFIG_FILE = 'config.json'
/** The file that makes a folder a run's. */
export const RUN_FILE = 'run.json'

const runFile = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  config_path: z.string().nullable(),
  created_at: z.number(),
  /** What the person says of the run; runs from before December 2026 have none. */
  note: z.string().default(''),
  tags: z.array(z.string()).default([]),
  starred: z.boolean().default(false),
})

/** Who a run is, and what the person says of it. */
export type RunIdentity = z.infer<typeof runFile>
type NewIdentity = z.input<typeof runFile>

/** An id that sorts by time: `2026-01-13-224527-3fa9`. */
export function newRunId(now = new Date()): string {
  const stamp = now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')
  return `${stamp}-${randomBytes(2).toString('hex')}`
}

/**
 * Takes a folder for a new run. No other process gets it until it is released.
 *
 * @param dir new or empty; made if missing
 * @throws MidbenchError `run.folder-taken` where it holds a run or another process begins one there,
 *   `run.folder-filled` where it holds anything else, `run.folder` where it cannot be written
 */
export async function takeNewFolder(dir: string): Promise<FolderHold> {
  await requireEmpty(dir)
  const hold = await writing(dir, async () => {
    await ensureFolder(dir)
    return FolderHold.take(dir)
  })
  if (hold === null) throw folderTaken(dir, 'is being taken by another run.')
  try {
    await requireEmpty(dir) // another process may have begun and ended here since
    return hold
  } catch (error) {
    hold.release()
    throw error
  }
}

/**
 * Takes the folder of an existing run.
 *
 * @param name the run's name, for the error
 * @throws MidbenchError `run.elsewhere` where another process holds it, `run.folder-empty`, `run.folder`
 */
export async function takeRunFolder(dir: string, name: string): Promise<FolderHold> {
  if (!(await holdsRun(dir))) throw noRunIn(dir)
  const hold = await writing(dir, () => FolderHold.take(dir))
  if (hold === null) throw elsewhere(name)
  return hold
}

/** Writes the files that make a folder a run's. @throws MidbenchError `run.folder` where it cannot be written */
export async function createRunFolder(
  dir: string,
  identity: NewIdentity,
  config: RunConfig,
  branch?: BranchRecord,
): Promise<void> {
  await writing(dir, async () => {
    await ensureFolder(join(dir, 'checkpoints'))
    for (const [name, text] of runFileTexts(identity, config, branch)) await makeFile(join(dir, name), text)
  })
}

/**
 * Writes what the person calls a run and says of it beside its options, so that its folder alone still says so. Nothing
 * is written where the folder is gone, holds no run, or cannot be written: the store has it, and the run is as it was.
 */
export async function writeRunLabels(dir: string, labels: RunLabels): Promise<void> {
  try {
    const path = join(dir, RUN_FILE)
    const identity = parseIdentity(await readTextFile(path), path)
    await makeFile(path, identityText({ ...identity, ...labels }))
  } catch {
    // As above: only a store that is made again from folders would miss it.
  }
}

function identityText(identity: NewIdentity): string {
  return `${JSON.stringify(identity, null, 2)}\n`
}

/** Writes the options that a run goes on with. @throws MidbenchError `run.folder` */
export async function writeRunConfig(dir: string, config: RunConfig): Promise<void> {
  await writing(dir, () => makeFile(join(dir, CONFIG_FILE), configText(config)))
}

function configText(config: RunConfig): string {
  return `${JSON.stringify(config, null, 2)}\n`
}

/** The files that make a folder a run's, in the order of writing: the last one makes it a run's. */
export function runFileTexts(
  identity: NewIdentity,
  config: RunConfig,
  branch?: BranchRecord,
): [name: string, text: string][] {
  return [
    [CONFIG_FILE, configText(config)],
    ...(branch === undefined ? [] : [[BRANCH_FILE, branchText(branch)] as [string, string]]),
    [RUN_FILE, identityText(identity)],
  ]
}

async function requireEmpty(dir: string): Promise<void> {
  const names = await namesIn(dir)
  if (names.includes(RUN_FILE)) throw folderTaken(dir, 'holds a run already.')
  const others = names.filter((name) => name !== LOCK_FILE)
  if (others.length === 0) return
  const shown = others.slice(0, 3).join(', ')
  const more = others.length > 3 ? ` and ${String(others.length - 3)} more` : ''
  throw new MidbenchError({
    code: 'run.folder-filled',
    message: `${dir} is not empty: it holds ${shown}${more}. A run's folder must be new or empty.`,
    remedy: `Name another folder, such as ${join(dir, 'run-1')}.`,
  })
}

/** @throws MidbenchError `run.folder` where the path is no folder that can be listed */
async function namesIn(dir: string): Promise<string[]> {
  return writing(dir, () => readdir(dir).catch((error: unknown) => nothingIfMissing(error)))
}

function nothingIfMissing(error: unknown): string[] {
  if (codeOf(error) === 'ENOENT') return []
  throw error
}

async function writing<T>(dir: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new MidbenchError(
      {
        code: 'run.folder',
        message: `The run's folder ${dir} cannot be written: ${writeReason(cause)}.`,
        remedy: 'Name a folder that can be written to, or free some space.',
      },
      { cause },
    )
  }
}

function folderTaken(dir: string, how: string): MidbenchError {
  return new MidbenchError({
    code: 'run.folder-taken',
    message: `${dir} ${how}`,
    remedy: 'Add --resume to go on with it, or name another folder.',
  })
}

function noRunIn(dir: string): MidbenchError {
  return new MidbenchError({
    code: 'run.folder-empty',
    message: `${dir} holds no run: run.json or config.json is missing.`,
    remedy: 'Name the folder of a run, or leave --resume out to start one there.',
  })
}

/**
 * @throws MidbenchError `run.folder-empty` where the folder holds no run, `run.folder-damaged` and `config.*` where its
 *   files were damaged or changed
 */
export async function readRunFolder(
  dir: string,
): Promise<{ identity: RunIdentity; config: RunConfig; branch: BranchRecord | undefined }> {
  const identityText = await textOrNull(join(dir, RUN_FILE))
  const configPath = join(dir, CONFIG_FILE)
  const configText = await textOrNull(configPath)
  if (identityText === null || configText === null) throw noRunIn(dir)
  return {
    identity: parseIdentity(identityText, join(dir, RUN_FILE)),
    config: parseConfig(parseJson(configText, configPath), configPath),
    branch: await readBranch(dir),
  }
}

/** Where a run's checkpoint of a step lies. */
export function savedCheckpoint(runDir: string, step: number): string {
  return checkpointFolder(join(runDir, 'checkpoints'), step)
}

export async function holdsRun(dir: string): Promise<boolean> {
  const files: string[] = await readdir(dir).catch(() => [])
  return files.includes(RUN_FILE)
}

function parseIdentity(text: string, path: string): RunIdentity {
  const value = parseJson(text, path)
  const parsed = runFile.safeParse(value)
  if (parsed.success) return parsed.data
  throw new MidbenchError({
    code: 'run.folder-damaged',
    message: `${path}: ${firstFault(parsed.error, value)}.`,
    remedy:
      'Put back the run.json that was written there, or start a new run with the config.json beside it.',
  })
}

async function textOrNull(path: string): Promise<string | null> {
  return readTextFile(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
}
