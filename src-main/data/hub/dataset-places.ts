/**
 * The two places in which a data set of the hub may lie: the cache that all of Hugging Face's tools share, and
 * `task_data` in the nanochat folder, which today's nanochat reads and fills. The order in which they are asked is the
 * config's (`taskDataFirst`), since the same data set may lie in both in different versions.
 */
import type { DataLocations } from '../locations'
import { describeSplit, type DatasetSplit } from './dataset-split'
import type { HubSettings } from './hub-env'
import { whatIsMissing } from './missing-split'
import { findSplit } from './splits'
import { findTaskData, hasTaskData, taskDataDir } from './task-data'

export type DatasetPlace = 'task_data' | 'hub'

export interface FoundDataset {
  place: DatasetPlace
  /** The parquet files, in the order of their rows. */
  files: string[]
}

type Places = Pick<DataLocations, 'baseDir' | 'taskDataFirst'>

/** The first place that has the whole split; undefined where none has. Makes no request. */
export async function findDataset(
  dataset: DatasetSplit,
  hub: HubSettings,
  places: Places,
): Promise<FoundDataset | undefined> {
  for (const place of orderOf(places)) {
    const files = await filesIn(place, dataset, hub, places)
    if (files !== undefined) return { place, files }
  }
  return undefined
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

function orderOf({ taskDataFirst = false }: Places): DatasetPlace[] {
  return taskDataFirst ? ['task_data', 'hub'] : ['hub', 'task_data']
}

async function filesIn(
  place: DatasetPlace,
  dataset: DatasetSplit,
  hub: HubSettings,
  { baseDir }: Places,
): Promise<string[] | undefined> {
  if (place === 'hub') return findSplit(dataset, hub)
  const found = await findTaskData(dataset, baseDir)
  return found.state === 'whole' ? found.files : undefined
}
