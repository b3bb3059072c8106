/** What measuring by each task costs, and its data: whether it is here, and downloading it. Reads only the disk. */
import type { CallOutput, TaskOffer } from '../contract/contract'
import type { RunConfig } from '../config/config.schema'
import { missingDownloads, type PendingDownload, runDownload } from '../data/downloads'
import type { DataLocations } from '../data/locations'
import { MEASURED_TASKS, type MeasuredTask } from '../evaluation/measured-names.schema'
import { measuredEntry, measuredRows, judgedBy } from '../evaluation/measured-tasks'
import { findJudge, type Judge } from '../evaluation/python-judge'
import type { JobContext } from './jobs'

type Mixture = RunConfig['mixture']

export async function taskOffers(mixture: Mixture, locations: DataLocations): Promise<TaskOffer[]> {
  const offers: TaskOffer[] = []
  for (const task of MEASURED_TASKS) {
    const missing = await missingOf(task, mixture, locations)
    const { label, dir, unusable } = missing ?? {}
    offers.push({
      task,
      by: judgedBy(task),
      rows: measuredRows(task),
      missing: label === undefined || dir === undefined ? null : { label, dir, unusable: unusable ?? null },
    })
  }
  return offers
}

/** Downloads a task's data where it is missing. @throws MidbenchError `hub.*`, `disk.full`; the signal's reason */
export async function downloadTask(
  task: MeasuredTask,
  mixture: Mixture,
  locations: DataLocations,
  { signal, onProgress }: JobContext,
): Promise<void> {
  const missing = await missingOf(task, mixture, locations)
  if (missing !== undefined) await runDownload(missing, { signal, onProgress })
}

let tried: Promise<Pick<Judge, 'python' | 'isolation'> | null> | null = null

/**
 * What programs are run with here, and kept from: tried once, since it takes a second, and again where there was none.
 *
 * @param find looks for Python
 */
export async function pythonHere(
  find: () => Promise<Pick<Judge, 'python' | 'isolation'> | null> = findJudge,
): Promise<CallOutput<'measuring.python'>> {
  const trying = (tried ??= find())
  const found = await trying.catch((error: unknown) => {
    tried = null
    throw error
  })
  if (found === null) tried = null // it may be installed by the next time
  return found && { python: found.python, isolation: found.isolation }
}

async function missingOf(
  task: MeasuredTask,
  { train, val }: Mixture,
  locations: DataLocations,
): Promise<PendingDownload | undefined> {
  const [missing] = await missingDownloads([measuredEntry(task, [...val, ...train])], locations)
  return missing
}
