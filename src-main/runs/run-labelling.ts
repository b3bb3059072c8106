/**
 * What a person calls their runs and says of them: kept in the store, and in each run's folder, so that it comes along
 * with a folder and outlives the store. It may be changed at any time, also while the run goes on in another process.
 */
import type { LabelPatch, RunSummary } from '../config/run.schema'
import { writeRunLabels } from './run-folder'
import type { RunRecords } from './run-records'

export class RunLabelling {
  /** Folders are written to one after the other, so that what was said last stays. */
  private writing: Promise<void> = Promise.resolve()

  /** @param changed called with a run whose labels are in the store */
  constructor(
    private readonly records: RunRecords,
    private readonly changed: (run: RunSummary) => void,
  ) {}

  /**
   * Resolves once the store and the folder have it.
   *
   * @throws MidbenchError `run.unknown`, `store.unwritable`
   */
  async set(id: string, labels: LabelPatch): Promise<RunSummary> {
    const run = this.records.label(id, labels)
    this.changed(run)
    const written = this.writing.then(() => {
      const { dir, name, note, tags, starred } = this.records.summary(id)
      return writeRunLabels(dir, { name, note, tags, starred })
    })
    this.writing = written.catch(() => undefined) // a run may be gone by then, and others go on being named
    await written
    return run
  }
}
