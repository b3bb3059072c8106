/**
 * Checks whether a run's data can be read as it now lies on the disk: a data thread of its own opens mixture, slices,
 * files and tokenizer once. Where a dataset was never opened, its rows are decoded for this, and kept for the run.
 */
import type { DataLocations } from '../data/locations'
import { MidbenchError, toFailure } from '../errors'
import { DataThread } from '../packing/data-host'
import type { CallOptions } from '../threads/calls'
import type { RunConfig } from '../config/config.schema'
import { TASK_DATA_FIRST } from '../config/recipes.schema'
import { stateOf, type DataState } from './preflight-data'

/**
 * @returns what is wrong, or how many conversations there are
 * @throws MidbenchError `cancelled`, `thread.missing`
 */
export async function checkData(
  config: RunConfig,
  locations: DataLocations,
  call: CallOptions = {},
): Promise<DataState> {
  const thread = DataThread.start()
  try {
    const opened = await thread
      .client()
      .open({ config, ...locations, taskDataFirst: TASK_DATA_FIRST[config.recipe] }, call)
    return stateOf(opened)
  } catch (error) {
    if (call.signal?.aborted === true) throw error
    return error instanceof MidbenchError ? error : new MidbenchError(toFailure(error))
  } finally {
    await thread.close()
  }
}
