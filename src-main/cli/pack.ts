/** `pack`: a digest over packed batches and their progress, in the reference's terms. */

import { renderSource } from '../data/render-source'
import { createLoader, type LoaderOptions } from '../packing/loader'
import { type PackReport, reportPacking, rowLists } from '../packing/pack-report'
import type { PackedBatch } from '../packing/types'
import type { RunConfig } from '../config/config.schema'
import type { Command, CommandIo, CommandValues } from './command'
import { loadConfig } from './load-config'
import { openConversations, openTokenizer, parseSplit } from './open-data'
import { optionalCount, requiredString, usageError } from './usage'

const usage = 'pack --config F --split train|val [--batches N] [--rank R --world-size W] [--first]'
const REPORT_EVERY_MS = 2000
/** The most batches whose progress is printed; it is held until the end. */
const MOST_REPORTED = 1_000_000
/** The most ranks: rank r of w reads every w-th conversation. */
const MOST_RANKS = 65_536

export const command: Command = {
  name: 'pack',
  summary: 'a digest over the packed batches of a split, with the progress after each',
  usage,
  options: {
    config: { type: 'string' },
    split: { type: 'string' },
    batches: { type: 'string' },
    rank: { type: 'string' },
    'world-size': { type: 'string' },
    first: { type: 'boolean' },
    json: { type: 'boolean' },
  },

  async run(values, io) {
    const split = parseSplit(requiredString(values, 'split', usage))
    const batches = optionalCount(values, 'batches', 1, MOST_REPORTED)
    const ranks = parseRanks(values)
    const loaded = await loadConfig(requiredString(values, 'config', usage), io, { rules: 'fields' })
    const tokenizer = await openTokenizer(loaded)
    const mixture = await openConversations(loaded, split, io)
    try {
      const options = loaderOptions(loaded.config, ranks, tokenizer.specials['<|bos|>'])
      const loader = createLoader(renderSource(mixture, tokenizer), options)
      const report = await reportPacking(loader, { split, batches, onBatch: progressOf(io) })
      io.stdout(JSON.stringify(printed(report, values['first'] === true)))
      return 0
    } finally {
      await mixture.close()
    }
  },
}

/** @throws MidbenchError `usage` when --rank is not below --world-size */
function parseRanks(values: CommandValues): { rank: number; worldSize: number } {
  const rank = optionalCount(values, 'rank', 0) ?? 0
  const worldSize = optionalCount(values, 'world-size', 1, MOST_RANKS) ?? 1
  if (rank < worldSize) return { rank, worldSize }
  throw usageError(
    `--rank is ${String(rank)}; it must be below --world-size, ${String(worldSize)}.`,
    `Usage: midbench ${usage}`,
  )
}

/**
 * The loader's options from the config. num_iterations counts batches here, as in the reference's loader: only the run
 * knows the batches of a step (docs/REFERENCE.md §6.2), and total_batch_size plays no part in packing.
 */
function loaderOptions(
  config: RunConfig,
  ranks: { rank: number; worldSize: number },
  bosId: number,
): LoaderOptions {
  const { packing, device_batch_size, max_seq_len, buffer_size, loss, num_iterations } = config
  const limit = num_iterations === -1 ? {} : { totalBatches: num_iterations }
  return {
    packing,
    batchSize: device_batch_size,
    seqLen: max_seq_len,
    bufferSize: buffer_size,
    loss,
    bosId,
    ...ranks,
    ...limit,
  }
}

/** Reports now and then how far packing has got, and ends it when asked to. */
function progressOf(io: CommandIo): (batch: PackedBatch) => void {
  let said = performance.now()
  return ({ index, progress }) => {
    io.signal.throwIfAborted()
    if (performance.now() - said < REPORT_EVERY_MS) return
    said = performance.now()
    io.stderr(`packed ${String(index + 1)} batches, ${(100 * progress).toFixed(1)} % of the conversations`)
  }
}

function printed({ first, ...report }: PackReport, withFirst: boolean): object {
  if (!withFirst || first === undefined) return report
  const { inputs, targets, seqLen } = first
  return { ...report, first: { inputs: rowLists(inputs, seqLen), targets: rowLists(targets, seqLen) } }
}
