/** Ends what runs so that it can be gone on with: the step in hand is finished, the run saved, the threads ended. */
import type { RunManager } from '../runs/run-manager'
import type { RunSummary } from '../config/run.schema'

/** What of the run manager is needed. */
export type EndingRuns = Pick<RunManager, 'current' | 'get' | 'pause' | 'on' | 'unsaved' | 'close'>

/**
 * Resolves once nothing runs any more, with true; with false where a run could not be saved and is not to be lost.
 *
 * @param mayLose asks about the steps that a run holds in memory and no disk takes
 */
export async function shutdownRuns(
  runs: EndingRuns,
  mayLose: (run: RunSummary) => Promise<boolean>,
): Promise<boolean> {
  const id = runs.current()
  if (id !== null) await restOf(runs, id)
  const unsaved = runs.unsaved()
  if (unsaved !== null && !(await mayLose(unsaved))) return false
  await runs.close()
  return true
}

/** Asks a run to save and hold, unless it is on its way to rest already, and waits until it rests. */
function restOf(runs: EndingRuns, id: string): Promise<void> {
  return new Promise((resolve) => {
    const off = runs.on((event) => {
      if (event.type !== 'rest' || event.runId !== id) return
      off()
      resolve()
    })
    const { state } = runs.get(id)
    if (state !== 'pausing' && state !== 'stopping') runs.pause(id)
  })
}
