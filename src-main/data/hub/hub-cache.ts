/**
 * The hub's cache on disk in the layout that all of Hugging Face's tools share: `datasets--org--name/` with `refs/main`
 * (the commit of a branch), `blobs/<etag>` (contents) and `snapshots/<commit>/<path>` (links to them).
 */
import { readdir, readFile, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { ensureFolder } from '../../files/ensure-folder'
import { exists, makeFile } from '../../files/durable'
import { copyOf } from '../../files/sink'
import { codeOf } from '../../system-error'

export class HubCache {
  /** The repository's folder. */
  readonly dir: string

  /** @param repo a dataset repository: `cais/mmlu`. */
  constructor(cacheDir: string, repo: string) {
    this.dir = join(cacheDir, ['datasets', ...repo.split('/')].join('--'))
  }

  blobPath(etag: string): string {
    return join(this.dir, 'blobs', etag)
  }

  /** The path of a file of a commit, whether or not it exists. */
  filePath(commit: string, path: string): string {
    return join(this.dir, 'snapshots', commit, path)
  }

  /**
   * The parquet files `folder/split-*.parquet` of a snapshot that has them all: the snapshot of the branch main, else
   * the newest (Python writes no ref when it was asked for a commit). Undefined where no snapshot has all.
   */
  async findSplit(folder: string, split: string): Promise<string[] | undefined> {
    for (const commit of await this.commits()) {
      const dir = this.filePath(commit, folder)
      const names = completeSplit(await readdir(dir).catch(() => []), split)
      const paths = names.map((name) => join(dir, name))
      const there = await Promise.all(paths.map(exists)) // a link may lead nowhere
      if (paths.length > 0 && there.every(Boolean)) return paths
    }
    return undefined
  }

  /** Puts a link to a blob at the file's place in the commit. */
  async link(commit: string, path: string, etag: string): Promise<void> {
    const target = this.filePath(commit, path)
    if (await exists(target)) return
    await ensureFolder(dirname(target))
    try {
      await symlink(relative(dirname(target), this.blobPath(etag)), target)
    } catch (error) {
      if (await exists(target)) return // another process made it
      if (!isUnsupported(error)) throw error
      await makeFile(target, copyOf(this.blobPath(etag)))
    }
  }

  /** Records the commit of the branch main. */
  async setMain(commit: string): Promise<void> {
    await makeFile(join(this.dir, 'refs', 'main'), commit)
  }

  /** Snapshots, the most likely ones first. */
  async commits(): Promise<string[]> {
    const main = await readFile(join(this.dir, 'refs', 'main'), 'utf8').catch(() => '')
    const snapshots = join(this.dir, 'snapshots')
    const names = await readdir(snapshots).catch(() => [])
    const dated = await Promise.all(
      names.map(async (name) => ({ name, time: (await stat(join(snapshots, name))).mtimeMs })),
    )
    const newestFirst = dated.sort((a, b) => b.time - a.time).map(({ name }) => name)
    return main.trim() === ''
      ? newestFirst
      : [main.trim(), ...newestFirst.filter((name) => name !== main.trim())]
  }
}

/** The files of a split by name, in order; none where one of `-of-N` is missing. */
export function completeSplit(names: readonly string[], split: string): string[] {
  const found = names.filter((name) => name.startsWith(`${split}-`) && name.endsWith('.parquet')).sort()
  const parts = /-of-(\d+)\.parquet$/.exec(found[0] ?? '')?.[1]
  return parts === undefined || Number(parts) === found.length ? found : []
}

/** True for file systems without symbolic links, and for Windows without the right to make them. */
function isUnsupported(error: unknown): boolean {
  return ['EPERM', 'ENOSYS', 'ENOTSUP'].includes(codeOf(error))
}
