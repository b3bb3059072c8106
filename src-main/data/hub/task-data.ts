/**
 * The copies of data sets that today's nanochat keeps in its own folder (docs/REFERENCE.md §1):
 * `base_dir/task_data/<repository with -- for />/<subset>/<split>/` with 00000.parquet, 00001.parquet, … and
 * `manifest.json`, a list of their names in order. The manifest is written last: without it the download was not
 * finished, and what lies there is not used. Looking costs a few system calls a file; no row is read.
 */
import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { MidbenchError, toFailure } from '../../errors'
import { exists } from '../../files/durable'
import { requireContents, requireFileItself } from '../../files/regular-file'
import { subsetOf, type DatasetSplit } from './dataset-split'

const FOLDER = 'task_data'
export const MANIFEST = 'manifest.json'

/** A copy is whole, or not whole and therefore not used, or there is none. */
export type TaskData =
  | { state: 'whole'; files: string[] }
  /** What is wrong with it, and where, in a clause; whether it is a folder that is a link to nowhere. */
  | { state: 'lacking'; lack: string; leadsNowhere?: true }
  | { state: 'absent' }

/** File names without any folder: the manifest cannot name a file outside its own. */
const manifest = z
  .array(
    z
      .string()
      .min(1)
      .refine((name) => basename(name) === name && name !== '..'),
  )
  .min(1)

/** The folder of all copies. */
export function taskDataRoot(baseDir: string): string {
  return join(baseDir, FOLDER)
}

/** The folder of a split's copy, whether or not it exists. */
export function taskDataDir(dataset: DatasetSplit, baseDir: string): string {
  const repo = dataset.repo.split('/').join('--')
  return join(taskDataRoot(baseDir), repo, subsetOf(dataset), dataset.split)
}

/** Whether a nanochat folder has copies at all, as one of today's nanochat has. */
export function hasTaskData(baseDir: string): Promise<boolean> {
  return exists(taskDataRoot(baseDir))
}

/** nanochat's copy of a split: its files in order, or what keeps it from being used. */
export async function findTaskData(dataset: DatasetSplit, baseDir: string): Promise<TaskData> {
  const dir = taskDataDir(dataset, baseDir)
  const names = await readdir(dir).catch((): string[] => [])
  if (names.length === 0) {
    const broken = await brokenLink(dir, baseDir)
    return broken === null ? { state: 'absent' } : { state: 'lacking', lack: broken, leadsNowhere: true }
  }
  if (!names.includes(MANIFEST)) {
    const parts = names.filter((name) => name.endsWith('.parquet')).length
    const lack = `${dir} has no ${MANIFEST}, so its download was not finished (${partsText(parts)} there)`
    return { state: 'lacking', lack }
  }
  const listed = await readManifest(join(dir, MANIFEST))
  if (typeof listed === 'string') return { state: 'lacking', lack: listed }
  const files = listed.map((name) => join(dir, name))
  const lacks = (await Promise.all(files.map(lackOfFile))).filter((lack) => lack !== null)
  const [first] = lacks
  if (first === undefined) return { state: 'whole', files }
  const more = lacks.length > 1 ? ` (and ${String(lacks.length - 1)} more like it)` : ''
  return {
    state: 'lacking',
    lack: `${join(dir, MANIFEST)} names a file that cannot be used: ${first}${more}`,
  }
}

/** The names that a manifest lists, or what is wrong with it. */
async function readManifest(path: string): Promise<string[] | string> {
  try {
    await requireFileItself(path)
    const parsed = manifest.safeParse(JSON.parse(await readFile(path, 'utf8')))
    return parsed.success ? parsed.data : `${path} is no list of file names`
  } catch (error) {
    if (error instanceof SyntaxError) return `${path} is no list of file names`
    return error instanceof MidbenchError ? clause(error) : `${path} cannot be read`
  }
}

/** What keeps a file from being used; null for a file with contents. */
async function lackOfFile(path: string): Promise<string | null> {
  if (!(await exists(path))) return (await leadsNowhere(path)) ?? `${path} is not there`
  try {
    await requireContents(path)
    return null
  } catch (error) {
    return error instanceof MidbenchError ? clause(error) : `${path} cannot be read`
  }
}

/** The first link on the way from `top` to a folder that leads nowhere; null where there is none. */
async function brokenLink(dir: string, top: string): Promise<string | null> {
  if (dir === top) return null
  return (await brokenLink(dirname(dir), top)) ?? leadsNowhere(dir)
}

/** Where a link leads whose target is missing; null for everything else. */
async function leadsNowhere(path: string): Promise<string | null> {
  if (await exists(path)) return null
  const target = await readlink(path).catch(() => null)
  return target === null ? null : `${path} leads to ${resolve(dirname(path), target)}, which is not there`
}

/** The error's sentence without its full stop, to be part of another. */
function clause(error: MidbenchError): string {
  return toFailure(error).message.replace(/\.$/, '')
}

function partsText(parts: number): string {
  return parts === 0
    ? 'no parquet file is'
    : parts === 1
      ? '1 parquet file is'
      : `${String(parts)} parquet files are`
}
