/**
 * The parquet files that a task reads: those named in the config, those in the hub's cache or nanochat's task_data, or
 * those it downloads.
 */
import type { DatasetPlace } from '../dataset-place.schema'
import type { Failure } from '../../errors'
import { entryFault, forKey } from '../entry-fault'
import { filesOf } from '../files/pattern'
import { fromConfig, type TaskContext } from '../locations'
import { hubSettings } from './hub-env'
import { datasetDownload, findDataset, whyMissing } from './dataset-places'
import { describeSplit, type DatasetSplit } from './dataset-split'

export interface DatasetFiles {
  /** Paths, in the order of their rows. */
  files: string[]
  /** Undefined for files that the entry names. */
  place?: DatasetPlace
}

/**
 * @param named the files that the entry names; none = those of the hub's data set
 * @throws MidbenchError `data.missing` where nothing is on disk and nothing may be downloaded; `hub.*`, `disk.full`.
 */
export async function datasetFiles(
  dataset: DatasetSplit,
  named: readonly string[],
  context: TaskContext,
): Promise<DatasetFiles> {
  if (named.length > 0) return { files: await localFiles(named, context) }
  const hub = await hubSettings()
  const found = await findDataset(dataset, hub, context)
  if (found !== undefined) {
    const { place, files, passedOver } = found
    if (passedOver !== null) context.onDamage(passedOverNotice(dataset, passedOver))
    return { place, files }
  }
  if (context.download) {
    const { signal, onProgress } = context
    const download = await datasetDownload(dataset, hub, context)
    const files = await forKey('data_files', download.dir, () => download.run({ signal, onProgress }))
    return { place: download.place, files }
  }
  const { message, remedy } = await whyMissing(dataset, hub, context)
  throw entryFault('data_files', { code: 'data.missing', message, remedy })
}

/** Said, not refused: the other place has the whole split. */
function passedOverNotice(dataset: DatasetSplit, lack: string): Failure {
  return {
    code: 'data.passed-over',
    message: `${describeSplit(dataset)}: ${lack}; the hub's cache is used in its place.`,
    remedy: 'Let nanochat finish its download, or remove that folder.',
  }
}

/** Paths and patterns as the config has them, in its order; the files of a pattern are in natural order. */
async function localFiles(paths: readonly string[], context: TaskContext): Promise<string[]> {
  const files: string[] = []
  for (const path of paths.map((each) => fromConfig(each, context))) {
    const found = await forKey('data_files', path, () => filesOf(path))
    if (found.length === 0) {
      throw entryFault('data_files', {
        code: 'data.missing',
        message: `${path}: no file matches`,
        remedy: 'Correct the pattern; * stands for any part of a name, ** for any folders.',
      })
    }
    files.push(...found)
  }
  return files
}
