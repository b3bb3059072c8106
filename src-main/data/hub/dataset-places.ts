/**
 * The two places in which a data set of the hub may lie: the cache that all of Hugging Face's tools share, and
 * `task_data` in the nanochat folder, which today's nanochat reads and fills. The order in which they are asked is the
 * config's (`taskDataFirst`), since the same data set may lie in both in different versions.
 */
import { join } from 'node:path'
import { exists } from '../../files/durable'
import type { DatasetPlace } from '../dataset-place.schema'
import type { DataLocations } from '../locations'
import { describeSplit, type DatasetSplit } from './dataset-split'
import { fillTaskData, taskDataSize } from './fill-task-data'
import type { HubSettings } from './hub-env'
import { whatIsMissing } from './missing-split'
import type { DownloadOptions } from './fetch-files'
import { downloadSplit, findSplit, splitSize, type DownloadSize } from './splits'
import { findTaskData, hasTaskData, taskDataDir, taskDataRoot } from './task-data'

/** The file that describes a base model to be made on first use. */
const BASE_RECIPE = 'base_recipe.json'

export interface FoundDataset {
  place: DatasetPlace
  /** The parquet files, in the order of their rows. */
  files: string[]
  /** Why nanochat's copy, which comes first and is there, was passed over; null where it was not. */
  passedOver: string | null
}

type Places = Pick<DataLocations, 'baseDir' | 'taskDataFirst'>

/** The first place that has the whole split; undefined where none has. Makes no request. */
export async function findDataset(
  dataset: DatasetSplit,
  hub: HubSettings,
  places: Places,
): Promise<FoundDataset | undefined> {
  const copy = await findTaskData(dataset, places.baseDir)
  const inTaskData = copy.state === 'whole' ? copy.files : undefined
  if (places.taskDataFirst === true && inTaskData !== undefined) {
    return { place: 'task_data', files: inTaskData, passedOver: null }
  }
  const inCache = await findSplit(dataset, hub)
  if (inCache !== undefined) {
    const passedOver = places.taskDataFirst === true && copy.state === 'lacking' ? copy.lack : null
    return { place: 'hub', files: inCache, passedOver }
  }
  return inTaskData && { place: 'task_data', files: inTaskData, passedOver: null }
}

/** Why no place has the whole split: which folders were searched, and what is missing in them. */
export async function whyMissing(
  dataset: DatasetSplit,
  hub: HubSettings,
  places: Places,
): Promise<{ message: string; remedy: string }> {
  const { message, remedy } = await whatIsMissing(dataset, hub)
  const found = await findTaskData(dataset, places.baseDir)
  const dir = taskDataDir(dataset, places.baseDir)
  if (found.state === 'lacking') {
    const inCache = message.slice(describeSplit(dataset).length + 2)
    return { message: `${describeSplit(dataset)}: ${found.lack}; ${inCache}`, remedy }
  }
  const isSearched = places.taskDataFirst === true || (await hasTaskData(places.baseDir))
  return { message: isSearched ? `${message}; nor is it in ${dir}` : message, remedy }
}

/** A download of a split, to the place where the person's other programs look for it. */
export interface DatasetDownload {
  place: DatasetPlace
  /** The folder that gets it: task_data, or the hub's cache. */
  dir: string
  /** Why nanochat's copy, which is here, is not used; null where there is none. */
  unusable: string | null
  /** @throws MidbenchError `hub.*`, `data.missing` */
  size(options?: DownloadOptions): Promise<DownloadSize>
  /** @returns the files. @throws MidbenchError `hub.*`, `disk.full`, `data.missing` */
  run(options?: DownloadOptions): Promise<string[]>
}

/**
 * Where a split that is missing is downloaded to: task_data, if the folder is one of today's nanochat; else the hub's
 * cache. Makes no request.
 */
export async function datasetDownload(
  dataset: DatasetSplit,
  hub: HubSettings,
  places: Places,
): Promise<DatasetDownload> {
  const { baseDir } = places
  const found = await findTaskData(dataset, baseDir)
  const unusable = found.state === 'lacking' ? found.lack : null
  if (await keepsTaskData(places)) {
    return {
      unusable,
      place: 'task_data',
      dir: taskDataRoot(baseDir),
      size: (options) => taskDataSize(dataset, baseDir, hub, options),
      run: (options) => fillTaskData(dataset, baseDir, hub, options),
    }
  }
  return {
    unusable,
    place: 'hub',
    dir: hub.cacheDir,
    size: (options) => splitSize(dataset, hub, options),
    run: (options) => downloadSplit(dataset, hub, options),
  }
}

/** A folder with a recipe for a base model, as the starter's, is no nanochat folder: nothing is written to it. */
async function keepsTaskData({ baseDir, taskDataFirst = false }: Places): Promise<boolean> {
  if (await hasTaskData(baseDir)) return true
  return taskDataFirst && !(await exists(join(baseDir, BASE_RECIPE)))
}
