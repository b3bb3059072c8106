/**
 * Why a split is not found in the hub's cache: which folder was searched, and what is missing in it. A cache often lies
 * one folder too deep or too high, or was copied in part, or without the files that its links lead to. This is reported
 * before anything is downloaded or asked of the network.
 */
import { readdir, readlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { MidbenchError, type Failure } from '../../errors'
import { exists } from '../../files/durable'
import { describeSplit, type DatasetSplit } from './dataset-split'
import { HubCache } from './hub-cache'
import type { HubSettings } from './hub-env'

type Missing = Required<Pick<Failure, 'message'>> & { remedy: string; misplaced: boolean }

/** What is missing of a split that {@link findSplit} does not find. */
export async function whatIsMissing(dataset: DatasetSplit, hub: HubSettings): Promise<Missing> {
  const cache = new HubCache(hub.cacheDir, dataset.repo)
  const label = describeSplit(dataset)
  const elsewhere = await misplacedAt(cache.dir)
  if (elsewhere !== undefined) {
    return {
      message: `${label}: ${cache.dir} was searched, and the dataset lies in ${elsewhere}`,
      remedy: `Set HF_HUB_CACHE to ${dirname(elsewhere)}, or move the dataset's folder to ${cache.dir}.`,
      misplaced: true,
    }
  }
  const [commit] = await cache.commits()
  const lack =
    commit === undefined ? undefined : await lackOf(cache.filePath(commit, dataset.folder), dataset)
  return {
    message: `${label}: ${lack ?? `it is not in the hub's cache on this machine (${cache.dir} was searched)`}`,
    remedy: 'Download it, or name local parquet files with data_files.',
    misplaced: false,
  }
}

/** @throws MidbenchError `hub.cache-misplaced` where the dataset lies beside the place where it is looked for */
export async function refuseMisplaced(dataset: DatasetSplit, hub: HubSettings): Promise<void> {
  const { message, remedy, misplaced } = await whatIsMissing(dataset, hub)
  if (misplaced) throw new MidbenchError({ code: 'hub.cache-misplaced', message, remedy })
}

/** A dataset's folder one level above or below where it belongs, with something in it. */
async function misplacedAt(dir: string): Promise<string | undefined> {
  if (await holdsSnapshots(dir)) return undefined
  const [name, cacheDir] = [basename(dir), dirname(dir)]
  const below = await readdir(cacheDir).catch((): string[] => [])
  const places = [dirname(cacheDir), ...below.map((each) => join(cacheDir, each))].map((each) =>
    join(each, name),
  )
  for (const place of places) if (await holdsSnapshots(place)) return place
  return undefined
}

async function holdsSnapshots(dir: string): Promise<boolean> {
  return (await readdir(join(dir, 'snapshots')).catch((): string[] => [])).length > 0
}

/** What is missing of a split in a snapshot's folder. */
async function lackOf(dir: string, { split }: DatasetSplit): Promise<string> {
  const names = (await readdir(dir).catch((): string[] => [])).filter(
    (name) => name.startsWith(`${split}-`) && name.endsWith('.parquet'),
  )
  if (names.length === 0) return `${dir} was searched, and there is no ${split}-*.parquet in it`
  for (const name of names) {
    const path = join(dir, name)
    if (await exists(path)) continue
    const target = await readlink(path).catch(() => undefined)
    if (target !== undefined) return `${path} leads to ${join(dir, target)}, which is not there`
  }
  const missing = partsMissing(names)
  const more = missing.length > 3 ? ` and ${String(missing.length - 3)} more` : ''
  return `${dir} holds ${String(names.length)} of ${String(names.length + missing.length)} files of it; not there: ${missing.slice(0, 3).join(', ')}${more}`
}

/** Names that `-of-00004` announces and that are missing. */
function partsMissing(names: readonly string[]): string[] {
  const [, head = '', digits = '', total = ''] = /^(.*-)(\d+)-of-(\d+)\.parquet$/.exec(names[0] ?? '') ?? []
  const all = Array.from({ length: Math.min(Number(total), 100_000) }, (_, part) => {
    return `${head}${String(part).padStart(digits.length, '0')}-of-${total}.parquet`
  })
  return all.filter((name) => !names.includes(name))
}
