/**
 * Where a run's result goes: a folder in mid_checkpoints that belongs to one run, so that no result is written over
 * another's and the last step in a folder is always that of its run. A tag that is taken gets a number: d4, d4-2, d4-3.
 *
 * A result's meta file names its run; nanochat ignores a key that it does not know.
 */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile } from '../files/python-json'

/** Key of a meta file: the id of the run that the result belongs to. */
export const RUN_KEY = 'midbench_run'
/** Nobody has this many results of one tag; it only ends the search. */
const MOST_TRIED = 10_000

export type Standing = 'free' | 'own' | 'taken'

export interface ResultPlace {
  dir: string
  tag: string
  standing: Exclude<Standing, 'taken'>
}

/** The tag that a run wants: its own, or the model's, as in the seed. */
export function resultTag(
  config: { output_tag: string | null; model_tag: string | null },
  nLayer: number,
): string {
  return config.output_tag ?? config.model_tag ?? `d${String(nLayer)}`
}

/** How a folder relates to a run. @param runId of the run; null for one that has not begun */
export async function standingOf(dir: string, runId: string | null): Promise<Standing> {
  const found = await lstat(dir).catch(() => null)
  if (found === null) return 'free'
  if (!found.isDirectory()) return 'taken'
  const names = await readdir(dir)
  if (names.length === 0) return 'free'
  if (runId === null) return 'taken'
  const metas = names.filter((name) => /^meta_\d+\.json$/.test(name))
  const owners = await Promise.all(metas.map((name) => ownerIn(join(dir, name))))
  return owners.includes(runId) ? 'own' : 'taken'
}

/**
 * The places for a result, in the order to try them: the tag's own folder, then those with a number, without those that
 * belong to another run.
 *
 * @param folder mid_checkpoints
 */
export async function* resultPlaces(
  folder: string,
  wanted: string,
  runId: string | null,
): AsyncGenerator<ResultPlace> {
  for (let number = 1; number < MOST_TRIED; number++) {
    const tag = number === 1 ? wanted : `${wanted}-${String(number)}`
    const dir = join(folder, tag)
    const standing = await standingOf(dir, runId)
    if (standing !== 'taken') yield { dir, tag, standing }
  }
}

/** The place that a run would take now. */
export async function firstPlace(folder: string, wanted: string, runId: string | null): Promise<ResultPlace> {
  for await (const place of resultPlaces(folder, wanted, runId)) return place
  throw new Error(`${folder} holds ${String(MOST_TRIED)} results of ${wanted}.`)
}

/** null for a meta file of other origin, or an unreadable one. */
async function ownerIn(path: string): Promise<string | null> {
  const meta = await readJsonFile(path, z.looseObject({ [RUN_KEY]: z.string() })).catch(() => null)
  const owner: unknown = meta?.[RUN_KEY]
  return typeof owner === 'string' ? owner : null
}
