/** The files of the task Conversations: those on this machine that its sources name, and those of data sets of the hub. */
import { entryFault, forKey } from '../entry-fault'
import { exists } from '../../files/durable'
import { hubSettings } from '../hub/hub-env'
import { describeRepo, downloadRepo, findRepo, type RepoRequest } from '../hub/repo-data'
import { fromConfig, type DataLocations, type TaskContext } from '../locations'
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
  const repos = await reposOf(source, context)
  for (const each of source.sources) {
    const path = fromConfig(each, context)
    const request = repos.find(({ repo }) => repo === each)
    const found = request ? await repoFiles(request, path, context) : await localFiles(path, SOURCE_KEY)
    files.push(...found)
  }
  return files
}

/** The data sets among an entry's sources. */
export async function reposOf(
  { sources, subset, split }: ConversationsSource,
  locations: Pick<DataLocations, 'configDir'>,
): Promise<RepoRequest[]> {
  const repos: RepoRequest[] = []
  for (const repo of sources) {
    if (looksLikeDataset(repo) && !(await exists(fromConfig(repo, locations))))
      repos.push({ repo, subset, split })
  }
  return repos
}

/** @param path where a file or folder of that name would be */
async function repoFiles(request: RepoRequest, path: string, context: TaskContext): Promise<string[]> {
  const hub = await hubSettings()
  const found = await findRepo(request, hub, context.baseDir)
  if (found !== undefined) return found
  if (context.download) {
    const { signal, onProgress } = context
    return forKey(SOURCE_KEY, hub.cacheDir, () => downloadRepo(request, hub, { signal, onProgress }))
  }
  throw entryFault(SOURCE_KEY, {
    code: 'data.missing',
    message: `${describeRepo(request)}: there is no file or folder ${path}, and the data set is not in the hub's cache on this machine (${hub.cacheDir} was searched)`,
    remedy: 'Download it, or correct the name; paths are relative to the config file.',
  })
}
