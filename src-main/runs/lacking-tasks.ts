/** Which of the tasks that a run is measured by lack their data on this machine. Makes no request. */
import type { RunConfig } from '../config/config.schema'
import { missingDownloads } from '../data/downloads'
import type { DataLocations } from '../data/locations'
import { measuredEntry } from '../evaluation/measured-tasks'
import type { LackingTask } from './preflight-asides'

export async function lackingTasks(
  { measure_tasks: tasks, mixture }: RunConfig,
  locations: DataLocations,
): Promise<LackingTask[]> {
  const missing = await missingDownloads(
    tasks.map((task) => measuredEntry(task, mixture.val)),
    locations,
  )
  return missing.flatMap(({ label, entries }) =>
    entries.flatMap((index) => {
      const task = tasks[index]
      return task === undefined ? [] : [{ task, label }]
    }),
  )
}
