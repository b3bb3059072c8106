/**
 * Whether a run's data can be read, as it lies on the disk now: mixture, slices, files and tokenizer are opened once in a
 * data thread of their own. The rows of a dataset that was never opened are decoded for it, and kept for the run.
 */
import type { DataLocations } from '../data/locations'
import { MidbenchError, toFailure } from '../errors'
import { DataThread } from '../packing/data-host'
import type { CallOptions } from '../threads/calls'
import type { RunConfig } from '../config/config.schema'
import type { DataState } from './preflight-data'

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
    const { trainConversations, valConversations } = await thread
      .client()
      .open({ config, ...locations }, call)
    return { train: trainConversations, val: valConversations }
  } catch (error) {
    if (call.signal?.aborted === true) throw error
    return error instanceof MidbenchError ? error : new MidbenchError(toFailure(error))
  } finally {
    await thread.close()
  }
}
