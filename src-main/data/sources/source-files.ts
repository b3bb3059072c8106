/** The files of the task Conversations: those on this machine that its sources name, and those of data sets of the hub. */
import { entryFault } from '../entry-fault'
import { exists } from '../../files/durable'
import { fromConfig, type TaskContext } from '../locations'
import { looksLikeDataset } from '../source-name.schema'
import type { ConversationsSource } from '../tasks/task-kind'
import { localFiles } from './local-files'

/** The entry's key that a fault names. */
export const SOURCE_KEY = 'source'

/**
 * All files, in the order of the sources.
 *
 * @throws MidbenchError `data.missing`, `config.invalid`, `hub.*`, `disk.full`
 */
export async function filesOfSource(source: ConversationsSource, context: TaskContext): Promise<string[]> {
  const files: string[] = []
  for (const each of source.sources) {
    const path = fromConfig(each, context)
    if (looksLikeDataset(each) && !(await exists(path))) throw notThere(each, path)
    files.push(...(await localFiles(path, SOURCE_KEY)))
  }
  return files
}

function notThere(name: string, path: string): Error {
  return entryFault(SOURCE_KEY, {
    code: 'data.missing',
    message: `${path}: there is no such file or folder, and data sets of the hub (${name}) are not read yet`,
    remedy: 'Correct the path. Paths are relative to the config file.',
  })
}
