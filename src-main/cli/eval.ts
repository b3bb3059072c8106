/** `eval`: bits per byte and loss of a checkpoint over batches of the val mixture. */
import { resolve } from 'node:path'

import type { Command } from './command'
import { loadConfig } from './load-config'
import { downloadMissing } from './open-data'
import { jobLocations, jobWithBar } from './trainer-job'
import { optionalCount, requiredString } from './usage'

const usage = 'eval --config F --checkpoint DIR [--batches N]'

export const command: Command = {
  name: 'eval',
  summary: 'validation bits per byte and loss of a checkpoint; the last step of its folder is taken',
  usage,
  options: {
    config: { type: 'string' },
    checkpoint: { type: 'string' },
    batches: { type: 'string' },
    json: { type: 'boolean' },
  },

  async run(values, io) {
    const checkpointDir = resolve(requiredString(values, 'checkpoint', usage))
    const batches = optionalCount(values, 'batches')
    const loaded = await loadConfig(requiredString(values, 'config', usage), io)
    await downloadMissing(loaded, io)
    const { config } = loaded
    const job = { config, locations: jobLocations(loaded), checkpointDir, batches, threads: null }
    const result = await jobWithBar(io, (trainer, call) => trainer.call('evaluate', job, call))
    io.stdout(JSON.stringify(result))
    return 0
  },
}
