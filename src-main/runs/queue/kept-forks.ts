/**
 * The checkpoints that queued branches will begin with, kept beside the queue's file for as long as they may be needed:
 * their runs may go on, drop them or be put into the trash meanwhile. Where the trash is emptied, the branch cannot start.
 * They are links where the disk has them (keep-fork.ts).
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { checkpointFolder } from '../../checkpoint/run-checkpoint'
import { exists } from '../../files/durable'
import type { BranchOff } from '../branch-off.schema'
import { openFork } from '../fork'
import { linkFork } from '../keep-fork'
import type { RunManager } from '../run-manager'

export class KeptForks {
  /** What is asked of it, one thing after the other: nothing is swept away while it is added. */
  private last: Promise<unknown> = Promise.resolve()

  /** @param folder holds a folder a run; made when something is kept */
  constructor(
    private readonly folder: string,
    private readonly runs: Pick<RunManager, 'get'>,
  ) {}

  /** Where the checkpoints of a run lie, if any are kept. */
  folderOf({ runId }: BranchOff): string {
    return join(this.folder, runId)
  }

  /**
   * Keeps what branches need, then queues them.
   *
   * @throws MidbenchError `run.unknown`, `branch.gone`, `branch.torn`; what `queue` throws
   */
  keep<T>(branches: readonly BranchOff[], queue: () => Promise<T>): Promise<T> {
    return this.next(async () => {
      for (const branch of branches) await this.keepOne(branch)
      return queue()
    })
  }

  /** Removes what no branch needs. Never fails: what cannot be removed only takes room. @param needed asked when it begins */
  sweep(needed: () => readonly BranchOff[]): Promise<void> {
    return this.next(async () => {
      const kept = new Set(needed().map((branch) => this.placeOf(branch)))
      for (const run of await foldersIn(this.folder)) {
        const steps = await foldersIn(run)
        const over = steps.filter((step) => !kept.has(step))
        for (const dir of over.length === steps.length ? [run] : over)
          await rm(dir, { recursive: true, force: true }).catch(() => undefined)
      }
    })
  }

  private async keepOne(branch: BranchOff): Promise<void> {
    if (branch.step === 0 || (await exists(this.placeOf(branch)))) return
    await linkFork(this.folderOf(branch), await openFork(this.runs.get(branch.runId), branch.step))
  }

  private placeOf(branch: BranchOff): string {
    return checkpointFolder(this.folderOf(branch), branch.step)
  }

  private next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work)
    this.last = result.catch(() => undefined)
    return result
  }
}

async function foldersIn(dir: string): Promise<string[]> {
  return (await readdir(dir).catch((): string[] => [])).map((name) => join(dir, name))
}
