/** `logits`: losses, logits and gradient norms of a checkpoint on the first train batch, in float32. */
import { resolve } from 'node:path'

import type { Command } from './command'
import { loadConfig } from './load-config'
import { downloadMissing } from './open-data'
import { jobLocations, jobWithBar } from './trainer-job'
import { requiredString } from './usage'

const usage = 'logits --config F --checkpoint DIR'

export const command: Command = {
  name: 'logits',
  summary: 'losses, logits and gradient norms of a checkpoint on the first train batch, in float32',
  usage,
  options: { config: { type: 'string' }, checkpoint: { type: 'string' }, json: { type: 'boolean' } },

  async run(values, io) {
    const checkpointDir = resolve(requiredString(values, 'checkpoint', usage))
    const loaded = await loadConfig(requiredString(values, 'config', usage), io)
    await downloadMissing(loaded, io)
    const { config } = loaded
    const job = { config, locations: jobLocations(loaded), checkpointDir, threads: null }
    const result = await jobWithBar(io, (trainer, call) => trainer.call('logits', job, call))
    io.stdout(JSON.stringify(result))
    return 0
  },
}
