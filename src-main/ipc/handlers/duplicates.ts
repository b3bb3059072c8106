/** Duplicates of a mixture, found and shown by the window's data thread. */
import type { DataAccess, OpenData } from '../../services/data-access'
import type { Jobs } from '../../services/jobs'
import type { RunConfig } from '../../config/config.schema'
import type { DataConfig } from '../../packing/data-calls'
import type { CallOptions } from '../../threads/calls'
import type { Handlers } from '../serve'

type DuplicateCalls = Extract<keyof Handlers, `duplicates.${string}`>

export function duplicateHandlers(access: DataAccess, jobs: Jobs): Pick<Handlers, DuplicateCalls> {
  const open = (config: RunConfig, dir: string, call: CallOptions = {}): Promise<OpenData> =>
    access.of(searched(config), dir, call, 'duplicates')
  return {
    'duplicates.find': ({ config, dir, job }) =>
      jobs.run(job, async (context) => {
        const { client } = await open(config, dir, context)
        return client.findDuplicates(context)
      }),
    'duplicates.pairs': async ({ config, dir, of, offset, limit }) => {
      const { client } = await open(config, dir)
      return client.duplicatePairs({ ...of, offset, limit })
    },
    'duplicates.compare': async ({ config, dir, kind, index }) => {
      const { client } = await open(config, dir)
      return client.duplicatePair({ kind, index })
    },
    'duplicates.rows': async ({ config, dir, of }) => {
      const { client } = await open(config, dir)
      return client.duplicateRows(of)
    },
  }
}

/** The config without what plays no part in a search: other values of these leave what was found as it is. */
function searched(config: RunConfig): RunConfig {
  return { ...config, ...UNSEARCHED }
}

/** Everything but the mixture that keeps an open one apart from others. */
const UNSEARCHED = {
  exclude: [],
  max_seq_len: 1024,
  device_batch_size: 1,
  packing: 'bestfit-crop',
  buffer_size: 1,
  loss: 'all',
  world_size: 1,
} satisfies Omit<Required<DataConfig>, 'mixture'>
