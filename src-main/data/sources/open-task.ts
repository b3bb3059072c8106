/** Opens the task that an entry of a mixture names, from the source that its kind gives. */
import { join } from 'node:path'
import { entryFault } from '../entry-fault'
import { datasetFiles } from '../hub/dataset-files'
import { fromConfig, type DataLocations, type TaskContext } from '../locations'
import { kindOf, namedFiles, type MixtureEntry } from '../mixture.schema'
import { openConversations } from './conversations'
import { openLines } from './lines'
import { openParquetRows } from './parquet'
import type { Task } from './task'
import { openWords } from './words'

/**
 * @throws MidbenchError whose issue has the path of the entry's key at fault (`filepath`, `data_files`, `word_list`,
 *   `split`), with file, row and reason in the message.
 */
export async function openTask(entry: MixtureEntry, context: TaskContext): Promise<Task> {
  const source = kindOf(entry).source(entry)
  if (source.from === 'lines') return openLines(source, textFileOf(entry, context), context)
  if (source.from === 'words') return openWords(source, textFileOf(entry, context), context)
  if (source.from === 'conversations') return openConversations(source, context)
  requireSplit(entry)
  const { files, place } = await datasetFiles(source.dataset, namedFiles(entry), context)
  return { ...(await openParquetRows(source, files, context)), place }
}

/** The text file that an entry reads: the one it names, else the one in base_dir that its kind reads by default. */
export function textFileOf(entry: MixtureEntry, locations: DataLocations): string {
  const { standard } = kindOf(entry).files
  const [named] = namedFiles(entry)
  if (named !== undefined) return fromConfig(named, locations)
  return join(locations.baseDir, typeof standard === 'object' && standard !== null ? standard.inBaseDir : '')
}

/** @throws MidbenchError `config.invalid` where the entry's subset has no such split */
function requireSplit(entry: MixtureEntry): void {
  const { splits } = kindOf(entry)
  if (!('bySubset' in splits) || !('subset' in entry)) return
  const { task, subset = '', split = '' } = entry
  const there = splits.bySubset[subset] ?? []
  if (there.includes(split)) return
  throw entryFault('split', {
    code: 'config.invalid',
    message: `${task}'s subset ${subset} has no split ${split}, only ${there.join(', ')}`,
  })
}
