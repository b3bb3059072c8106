/**
 * The mixture's data that is missing on this machine, and downloading it. Runs in the main process: it mostly waits,
 * and computes little.
 */
import type { DataAccess } from '../../services/data-access'
import type { Jobs } from '../../services/jobs'
import {
  downloadSize,
  missingDownloads,
  runDownload,
  type PendingDownload as Pending,
} from '../../data/downloads'
import { hubSettings } from '../../data/hub/hub-env'
import type { MixtureConfig } from '../../data/mixture.schema'
import { MidbenchError } from '../../errors'
import type { RunConfig } from '../../config/config.schema'
import type { PendingDownload } from '../../contract/contract'
import type { Handlers } from '../serve'

type DownloadCalls = Extract<keyof Handlers, `downloads.${string}`>

export function downloadHandlers(
  access: Pick<DataAccess, 'locations'>,
  jobs: Jobs,
): Pick<Handlers, DownloadCalls> {
  const missing = (config: RunConfig, dir: string): Promise<Pending[]> => {
    const { train, val } = config.mixture
    return missingDownloads([...train, ...val], access.locations(config, dir))
  }
  const find = async (config: RunConfig, dir: string, id: string): Promise<Pending> => {
    const pending = (await missing(config, dir)).find((each) => each.id === id)
    if (pending === undefined) throw notMissing(id)
    return pending
  }
  return {
    'downloads.missing': async ({ config, dir }) => ({
      pending: (await missing(config, dir)).map((each) => withPlaces(each, config.mixture)),
      offline: (await hubSettings()).offline,
    }),
    'downloads.size': ({ config, dir, id, job }) =>
      jobs.run(job, async ({ signal }) => downloadSize(await find(config, dir, id), signal)),
    'downloads.start': ({ config, dir, id, job }) =>
      jobs.run(job, async ({ signal, onProgress }) => {
        await runDownload(await find(config, dir, id), { signal, onProgress })
        return {}
      }),
  }
}

/** Entries are numbered through both lists, train first. */
function withPlaces(
  { id, label, dir, unusable, entries }: Pending,
  { train }: MixtureConfig,
): PendingDownload {
  return {
    id,
    label,
    dir,
    unusable,
    entries: entries.map((at) =>
      at < train.length ? { split: 'train', index: at } : { split: 'val', index: at - train.length },
    ),
  }
}

function notMissing(id: string): MidbenchError {
  return new MidbenchError({
    code: 'downloads.not-missing',
    message: `${id}: the mixture does not lack it any more.`,
  })
}
