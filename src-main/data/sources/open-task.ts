/** Opens the task that an entry of a mixture names, from the source that its kind gives. */
import { join } from 'node:path'
import { MidbenchError } from '../../errors'
import { warnOfDamage } from '../../files/checksum'
import { entryFault } from '../entry-fault'
import { datasetFiles } from '../hub/dataset-files'
import { fromConfig, type DataLocations, type TaskContext } from '../locations'
import type { Look } from '../look.schema'
import { kindOf, namedFiles, type MixtureEntry } from '../mixture.schema'
import { openConversations } from './conversations'
import { openLines } from './lines'
import { lookAt } from './look'
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

/**
 * A look at an entry of the task Conversations. Downloads nothing.
 *
 * @throws MidbenchError as {@link openTask}, but not for rows that cannot be converted; `data.look` for another task
 */
export async function lookAtEntry(
  entry: MixtureEntry,
  counts: boolean,
  locations: DataLocations,
  { signal, onProgress }: Pick<TaskContext, 'signal' | 'onProgress'>,
): Promise<Look> {
  const source = kindOf(entry).source(entry)
  if (source.from === 'conversations') {
    return lookAt(source, counts, {
      ...locations,
      signal,
      onProgress,
      download: false,
      onDamage: warnOfDamage,
    })
  }
  const message = `${entry.task} is read in its own form; only the task Conversations is looked at before`
  throw new MidbenchError({ code: 'data.look', message })
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
