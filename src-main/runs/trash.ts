/**
 * The trash of removed runs, `trash/ID/` in the person's data: `removed.json` says which run it was and when it was
 * removed, `files/` holds what was taken, in the same layout.
 *
 * Only what a run wrote is taken (run-files.ts). `run.json` moves last, both ways: whenever the process is killed, the
 * run is where that file is, and the same call again moves the rest. On one disk a move is free; from another disk the
 * files are copied first.
 */
import { constants } from 'node:fs'
import { copyFile, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { ensureFolder } from '../files/ensure-folder'
import { readJsonFile } from '../files/python-json'
import { makeFile, syncPath } from '../files/durable'
import { writeReason } from '../files/write-reason'
import { MidbenchError } from '../errors'
import { codeOf } from '../system-error'
import { contentsOf } from './run-files'
import { RUN_FILE } from './run-folder'
import { removedRun, type Removal, type RemovedRun, type TrashEntry } from './trash.schema'

const RECORD = 'removed.json'

export class Trash {
  private readonly folder: string

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'trash')
  }

  /**
   * Moves what a run wrote from its folder into the trash, and the folder too where nothing else is in it.
   *
   * @throws MidbenchError `trash.write`; what was moved by then stays in the trash, and the run still counts as in its
   *   folder
   */
  async take(run: RemovedRun): Promise<Removal> {
    const { files, folders, others } = await contentsOf(run.dir)
    const entry = join(this.folder, run.id)
    await trashing(`${run.dir} could not be moved to ${entry}`, async () => {
      await makeFile(join(entry, RECORD), JSON.stringify(run, null, 2))
      await moveAll(files, run.dir, join(entry, 'files'))
      for (const path of folders) await removeIfEmpty(join(run.dir, path))
      if (others.length === 0) await removeIfEmpty(run.dir)
    })
    return { ...run, kept: others }
  }

  /**
   * Puts a run back where it was.
   *
   * @throws MidbenchError `trash.missing`, `trash.taken` where something of the same name lies there now, `trash.write`
   */
  async restore(id: string): Promise<RemovedRun> {
    const run = await this.read(id)
    if (run === null) throw notInTrash(id)
    const entry = join(this.folder, id)
    const from = join(entry, 'files')
    const { files } = await contentsOf(from)
    const there = new Set((await contentsOf(run.dir)).files)
    const inTheWay = files.filter((path) => there.has(path))
    if (inTheWay.length > 0) throw taken(run, inTheWay)
    await trashing(`${run.name} could not be put back into ${run.dir}`, async () => {
      await ensureFolder(run.dir)
      await moveAll(files, from, run.dir)
      await rm(entry, { recursive: true, force: true })
    })
    return run
  }

  /** The entries, last removed first. An entry that cannot be read is left out. */
  async list(): Promise<TrashEntry[]> {
    const entries: TrashEntry[] = []
    for (const id of await readdir(this.folder).catch((): string[] => [])) {
      const run = await this.read(id)
      if (run !== null) entries.push({ ...run, bytes: await sizeOf(join(this.folder, id)) })
    }
    return entries.sort((a, b) => b.removed_at - a.removed_at)
  }

  /** Deletes what is in the trash. This cannot be undone. @returns the ids of what was in it */
  async empty(): Promise<string[]> {
    const ids = await readdir(this.folder).catch((): string[] => [])
    for (const id of ids) {
      await trashing(`${join(this.folder, id)} could not be deleted`, () =>
        rm(join(this.folder, id), { recursive: true, force: true }),
      )
    }
    return ids
  }

  private async read(id: string): Promise<RemovedRun | null> {
    if (id === '' || /[/\\]|^\.+$/.test(id)) return null // an id is a single name, not a path
    return readJsonFile(join(this.folder, id, RECORD), removedRun).catch(() => null)
  }
}

/** Moves files one by one; the file that makes a folder a run's goes last. Files already at the target are replaced. */
async function moveAll(paths: readonly string[], from: string, to: string): Promise<void> {
  const ordered = [...paths].sort((a, b) => Number(a === RUN_FILE) - Number(b === RUN_FILE))
  for (const path of ordered) {
    await ensureFolder(dirname(join(to, path)))
    await move(join(from, path), join(to, path))
  }
  const folders = new Set(paths.map((path) => dirname(join(to, path))))
  for (const folder of folders) await syncPath(folder)
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error
    await copyFile(from, to, constants.COPYFILE_FICLONE)
    await syncPath(to)
    await rm(from)
  }
}

async function removeIfEmpty(dir: string): Promise<void> {
  await rmdir(dir).catch(() => undefined) // a folder that still holds something stays
}

async function sizeOf(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true })
  let bytes = 0
  for (const entry of entries) {
    const at = join(path, entry.name)
    if (entry.isDirectory()) bytes += await sizeOf(at)
    else bytes += (await stat(at).catch(() => ({ size: 0 }))).size
  }
  return bytes
}

async function trashing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new MidbenchError(
      {
        code: 'trash.write',
        message: `${what}: ${writeReason(cause)}.`,
        remedy: 'See that both folders can be written to and have room, then do it again.',
      },
      { cause },
    )
  }
}

function notInTrash(id: string): MidbenchError {
  return new MidbenchError({
    code: 'trash.missing',
    message: `There is no run ${id} in the trash.`,
    remedy: '`midbench runs trash` lists what is in it.',
  })
}

function taken({ name, dir }: RemovedRun, inTheWay: readonly string[]): MidbenchError {
  return new MidbenchError({
    code: 'trash.taken',
    message: `${name} cannot be put back into ${dir}: ${inTheWay.slice(0, 3).join(', ')} is there.`,
    remedy: 'Move that away, and try again.',
  })
}
