/** `logits`: losses, logits and gradient norms of a checkpoint on the first train batch, in float32. */
import { resolve } from 'node:path'

import { loadConfig } from '../config/config'
import type { Command } from './command'
import { downloadMissing } from './open-data'
import { jobLocations, runJobWithBar } from './trainer-job'
import { requiredString } from './usage'

const usage = 'logits --config F --checkpoint DIR'

export const command: Command = {
  name: 'logits',
  summary: 'losses, logits and gradient norms of a checkpoint on the first train batch, in float32',
  usage,
  options: { config: { type: 'string' }, checkpoint: { type: 'string' }, json: { type: 'boolean' } },

  async run(values, io) {
    const checkpointDir = resolve(requiredString(values, 'checkpoint', usage))
    const loaded = await loadConfig(requiredString(values, 'config', usage))
    await downloadMissing(loaded, io)
    const result = await runJobWithBar(
      {
        type: 'logits',
        config: loaded.config,
        locations: jobLocations(loaded),
        checkpointDir,
        threads: null,
      },
      io,
      (report) => (report.type === 'logits' ? report.result : undefined),
    )
    io.stdout(JSON.stringify(result))
    return 0
  },
}
