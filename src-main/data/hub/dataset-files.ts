/** Which parquet files a task reads: those the config names, those in the hub's cache, or those it downloads. */
import { fromConfig } from '../tasks/rows'
import { entryFault, forKey, type TaskContext } from '../tasks/task'
import { hubSettings } from './hub-env'
import { describeSplit, downloadSplit, findSplit, type DatasetSplit } from './splits'

/**
 * @param dataFiles the entry's data_files.
 * @throws MidbenchError `data.missing` where nothing is on disk and nothing may be downloaded; `hub.*`, `disk.full`.
 */
export async function datasetFiles(
  dataset: DatasetSplit,
  dataFiles: string | readonly string[] | undefined,
  context: TaskContext,
): Promise<string[]> {
  if (dataFiles !== undefined) return [dataFiles].flat().map((path) => fromConfig(path, context))
  const hub = await hubSettings()
  const found = await findSplit(dataset, hub)
  if (found !== undefined) return found
  if (context.download) {
    const { signal, onProgress } = context
    return forKey('data_files', hub.cacheDir, () => downloadSplit(dataset, hub, { signal, onProgress }))
  }
  throw entryFault('data_files', {
    code: 'data.missing',
    message: `${describeSplit(dataset)}: it is not in the hub's cache on this machine (${hub.cacheDir})`,
    remedy: 'Download it, or name local parquet files with data_files.',
  })
}
