/** The parquet files that a task reads: those named in the config, those in the hub's cache, or those it downloads. */
import { entryFault, forKey } from '../entry-fault'
import { filesOf } from '../files/pattern'
import { fromConfig, type TaskContext } from '../locations'
import { hubSettings } from './hub-env'
import { whatIsMissing } from './missing-split'
import type { DatasetSplit } from './dataset-split'
import { downloadSplit, findSplit } from './splits'

/**
 * @param named the files that the entry names; none = the hub's
 * @throws MidbenchError `data.missing` where nothing is on disk and nothing may be downloaded; `hub.*`, `disk.full`.
 */
export async function datasetFiles(
  dataset: DatasetSplit,
  named: readonly string[],
  context: TaskContext,
): Promise<string[]> {
  if (named.length > 0) return localFiles(named, context)
  const hub = await hubSettings()
  const found = await findSplit(dataset, hub)
  if (found !== undefined) return found
  if (context.download) {
    const { signal, onProgress } = context
    return forKey('data_files', hub.cacheDir, () => downloadSplit(dataset, hub, { signal, onProgress }))
  }
  const { message, remedy } = await whatIsMissing(dataset, hub)
  throw entryFault('data_files', { code: 'data.missing', message, remedy })
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
