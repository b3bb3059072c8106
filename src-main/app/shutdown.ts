/** Ends what runs so that it can be gone on with: the step in hand is finished, the run saved, the threads ended. */
import type { RunManager } from '../runs/run-manager'

/** What of the run manager is needed. */
export type EndingRuns = Pick<RunManager, 'current' | 'get' | 'pause' | 'on' | 'close'>

/** Resolves once nothing runs any more. */
export async function shutdownRuns(runs: EndingRuns): Promise<void> {
  const id = runs.current()
  if (id !== null) await restOf(runs, id)
  await runs.close()
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
