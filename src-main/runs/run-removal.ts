/**
 * Removes runs, restores them, and deletes them for good: their folders in the trash, and their metrics, which the
 * store keeps until the trash is emptied.
 */
import { rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

import { contentsOf } from './run-files'
import type { RunRecords } from './run-records'
import type { RunSummary } from '../config/run.schema'
import { elsewhere } from './run-errors'
import { FolderHold } from './store-lock'
import { Trash } from './trash'
import type { Removal, TrashEntry } from './trash.schema'
import { exists } from '../files/durable'

export class RunRemoval {
  private readonly trash: Trash

  /** @param dataDir the person's data: the trash lies in it */
  constructor(
    dataDir: string,
    private readonly records: RunRecords,
  ) {
    this.trash = new Trash(dataDir)
  }

  /**
   * @param run a run at rest
   * @throws MidbenchError `run.elsewhere` where another process holds its folder, `trash.write`
   */
  async remove({ id, name, dir }: RunSummary): Promise<Removal> {
    const hold = (await exists(dir)) ? FolderHold.take(dir) : undefined
    if (hold === null) throw elsewhere(name)
    try {
      const removal = await this.trash.take({ id, name, dir, removed_at: Date.now() })
      this.records.hide(id, removal.removed_at)
      return removal
    } finally {
      hold?.release()
    }
  }

  /** Deletes a run that never made a step, with what it wrote and nothing else: there is nothing to restore. */
  async discard({ id, dir }: RunSummary): Promise<void> {
    const { files, folders } = await contentsOf(dir)
    for (const path of files) await rm(join(dir, path), { force: true })
    for (const path of [...folders, '']) await rmdir(join(dir, path)).catch(() => undefined) // other files stay
    this.records.forget(id)
  }

  /** @throws MidbenchError `trash.missing`, `trash.taken`, `trash.write` */
  async restore(id: string): Promise<RunSummary> {
    const { dir } = await this.trash.restore(id)
    return this.records.show(id) ?? this.records.inFolder(dir)
  }

  /** The trash, last removed first. */
  list(): Promise<TrashEntry[]> {
    return this.trash.list()
  }

  /** Deletes what is in the trash, for good. @throws MidbenchError `trash.write` */
  async empty(): Promise<void> {
    for (const id of await this.trash.empty()) this.records.forget(id)
  }
}
