/**
 * Which parquet files a split of a hub dataset consists of: those the config names, or those of the hub's cache.
 */
import { fromConfig } from '../tasks/rows'
import { entryFault, type TaskContext } from '../tasks/task'

/** A split of a dataset repository: files `folder/split-*.parquet`. */
export interface DatasetSplit {
  /** `cais/mmlu` */
  repo: string
  folder: string
  split: string
}

/** @throws MidbenchError `data.missing` where nothing is on disk. */
export async function datasetFiles(
  dataset: DatasetSplit,
  dataFiles: string | readonly string[] | undefined,
  context: TaskContext,
): Promise<string[]> {
  if (dataFiles !== undefined) return [dataFiles].flat().map((path) => fromConfig(path, context))
  throw entryFault('data_files', {
    code: 'data.missing',
    message: `${dataset.repo}: the split ${dataset.split} is not on this machine`,
    remedy: 'Download it first, or name local parquet files with data_files.',
  })
}
