/** Ends what is running in a way that can be resumed: finishes the current step, saves the run, ends the threads. */
import type { RunManager } from '../runs/run-manager'
import type { RunSummary } from '../config/run.schema'

/** The part of the run manager that is needed. */
export type EndingRuns = Pick<RunManager, 'current' | 'get' | 'pause' | 'on' | 'unsaved' | 'close'>

/**
 * Resolves with true once nothing runs any more; with false where a run could not be saved and must not be lost.
 *
 * @param mayLose asks whether to lose steps that a run holds in memory and that could not be saved
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

/** Asks a run to save and hold, unless it is already coming to rest, and waits until it rests. */
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
