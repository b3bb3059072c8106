/** `mixture`: lengths, tasks and the head of the shuffled order of both splits. */
import type { SplitName } from '../data/mixture.schema'
import { loadConfig, parseConfigFields, type LoadedConfig } from '../runs/config'
import type { Command, CommandIo } from './command'
import { openSplit } from './open-data'
import { requiredString } from './usage'

const usage = 'mixture --config F'
/** Entries of the order that are printed. */
const HEAD = 20

export const command: Command = {
  name: 'mixture',
  summary: 'lengths, tasks and the head of the shuffled order of both splits',
  usage,
  options: { config: { type: 'string' }, json: { type: 'boolean' } },

  async run(values, io) {
    const loaded = await loadConfig(requiredString(values, 'config', usage), parseConfigFields)
    const train = await describeSplit(loaded, 'train', io)
    const val = await describeSplit(loaded, 'val', io)
    io.stdout(JSON.stringify({ train, val }))
    return 0
  },
}

async function describeSplit(loaded: LoadedConfig, split: SplitName, io: CommandIo): Promise<object> {
  const mixture = await openSplit(loaded, split, io)
  try {
    const head = Array.from({ length: Math.min(HEAD, mixture.length) }, (_, index) => {
      const { task, row } = mixture.locate(index)
      return [task, row]
    })
    return { length: mixture.length, index_map_head: head, tasks: mixture.tasks }
  } finally {
    await mixture.close()
  }
}
