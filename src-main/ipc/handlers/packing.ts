/** Packed batches, as the training loop would get them. Answers come from the window's data thread. */
import type { DataAccess } from '../../app/data-access'
import type { Handlers } from '../serve'

type PackingCalls = Extract<keyof Handlers, `packing.${string}`>

export function packingHandlers(access: DataAccess): Pick<Handlers, PackingCalls> {
  return {
    'packing.batch': async ({ config, dir, split, batch }) => {
      const { client } = await access.of(config, dir)
      return client.batchView({ split, batch })
    },
  }
}
