/** The files that a source of the task Conversations names on this machine: a file, a pattern or a folder. */
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { entryFault, forKey } from '../entry-fault'
import { isDataName } from '../files/data-name'
import { filesOf } from '../files/pattern'

/**
 * Files in the order in which they are read: natural within a pattern or a folder.
 *
 * @param path absolute
 * @throws MidbenchError `data.missing` where there is none, naming what was searched
 */
export async function localFiles(path: string, key: string): Promise<string[]> {
  return forKey(key, path, async () => {
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory() === true) return filesIn(path, key)
    const files = await filesOf(path)
    if (files.length > 0) return files
    throw entryFault(key, {
      code: 'data.missing',
      message: `${path}: no file matches`,
      remedy: 'Correct the pattern; * stands for any part of a name, ** for any folders.',
    })
  })
}

async function filesIn(folder: string, key: string): Promise<string[]> {
  const all = await filesOf(join(folder, '**'))
  const files = all.filter((path) => isDataName(basename(path)))
  if (files.length > 0) return files
  const others = all.length === 0 ? 'it is empty' : `it holds ${String(all.length)} other files`
  throw entryFault(key, {
    code: 'data.missing',
    message: `${folder} was searched with its folders for .jsonl, .json, .parquet, and .gz or .zst of them: ${others}`,
    remedy: 'Name a folder with such files, or the file itself.',
  })
}
