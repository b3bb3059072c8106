/** `export`: a checkpoint as one folder that can be put on the hub (runs/checkpoint-export.ts). */
import { join, resolve } from 'node:path'

import { byteSize } from '../byte-size'
import { dataDir } from '../native/paths'
import { exportCheckpoint } from '../runs/checkpoint-export'
import { openRunStore } from '../runs/open-store'
import type { Command } from './command'
import { callContext } from './open-data'
import { optionalCount, optionalString, requiredString } from './usage'

const usage = 'export --checkpoint DIR --out DIR [--step N] [--tokenizer DIR] [--json]'

export const command: Command = {
  name: 'export',
  summary: 'a checkpoint as a folder for the hub: safetensors, tokenizer.json, README',
  usage,
  options: {
    checkpoint: { type: 'string' },
    out: { type: 'string' },
    step: { type: 'string' },
    tokenizer: { type: 'string' },
    json: { type: 'boolean' },
  },

  async run(values, io) {
    const dir = resolve(requiredString(values, 'checkpoint', usage))
    const out = resolve(requiredString(values, 'out', usage))
    const step = optionalCount(values, 'step', 0)
    const tokenizerDir = resolve(optionalString(values, 'tokenizer') ?? join(dir, '..', '..', 'tokenizer'))
    const { store, notes } = await openRunStore(dataDir())
    for (const note of notes) io.stderr(note)
    const runs = store.list()
    store.close()
    const { signal, progress: onProgress } = callContext(io)
    const asked = { dir, step, tokenizerDir, out, dataDir: dataDir(), runs }
    const written = await exportCheckpoint(asked, { signal, onProgress })
    const { path, tensors, bytes } = written
    io.stdout(
      values['json'] === true
        ? JSON.stringify(written)
        : `${path}: step ${String(written.step)}, ${String(tensors)} tensors, ${byteSize(bytes)}, read back equal`,
    )
    return 0
  },
}
