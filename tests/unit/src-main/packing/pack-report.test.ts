import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openMixture, type DataLocations, type Mixture } from '../../../../src-main/data/mixture'
import type { SplitName } from '../../../../src-main/data/mixture.schema'
import { renderSource } from '../../../../src-main/data/render-source'
import { createLoader } from '../../../../src-main/packing/loader'
import { reportPacking, rowLists } from '../../../../src-main/packing/pack-report'
import { loadTokenizer, type Tokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { readGolden } from '../../../support/golden'
import { goldenLocations, goldenMixture, goldenTokenizerDir } from '../../../support/golden-mixture'

const entries = readGolden(
  'packing.json',
  z.array(
    z.object({
      algorithm: z.enum(['bestfit-crop', 'bestfit-pad']),
      split: z.enum(['train', 'val']),
      device_batch_size: z.int(),
      max_seq_len: z.int(),
      rank: z.int(),
      world_size: z.int(),
      num_iterations: z.int(),
      buffer_size: z.int(),
      batches: z.int(),
      sha256_of_inputs_then_targets_le_i32: z.string(),
      progress_epoch_last_step: z.array(z.tuple([z.number(), z.int(), z.boolean()])),
      first: z.union([
        z.object({ inputs: z.array(z.array(z.int())), targets: z.array(z.array(z.int())) }),
        z.object({ inputs_row0: z.array(z.int()) }),
      ]),
    }),
  ),
)

let locations: DataLocations
let tokenizer: Tokenizer
const mixtures = new Map<SplitName, Mixture>()

beforeAll(async () => {
  locations = await goldenLocations()
  tokenizer = await loadTokenizer(goldenTokenizerDir)
  for (const split of ['train', 'val'] as const) {
    mixtures.set(split, await openMixture(goldenMixture[split], locations))
  }
})

afterAll(async () => {
  for (const mixture of mixtures.values()) await mixture.close()
  await rm(locations.cacheDir, { recursive: true, force: true })
})

describe('the reference', () => {
  it('has seven loader settings', () => {
    expect(entries).toHaveLength(7)
  })

  it.each(entries)(
    '$algorithm $split $device_batch_size × $max_seq_len, rank $rank of $world_size, buffer $buffer_size: the same bits',
    async (golden) => {
      const mixture = mixtures.get(golden.split)
      if (!mixture) throw new Error(`no ${golden.split} mixture`)
      const limit = golden.num_iterations > 0 ? { totalBatches: golden.num_iterations } : {}
      const loader = createLoader(renderSource(mixture, tokenizer), {
        packing: golden.algorithm,
        batchSize: golden.device_batch_size,
        seqLen: golden.max_seq_len,
        bufferSize: golden.buffer_size,
        rank: golden.rank,
        worldSize: golden.world_size,
        bosId: tokenizer.specials['<|bos|>'],
        ...limit,
      })
      // The reference's val loader knows no end: its figures are those of so many batches.
      const batches = golden.split === 'val' ? golden.batches : null
      const report = await reportPacking(loader, { split: golden.split, batches })
      expect(report.batches).toBe(golden.batches)
      expect(report.progress_epoch_last_step).toEqual(golden.progress_epoch_last_step)
      expect(report.sha256).toBe(golden.sha256_of_inputs_then_targets_le_i32)
      const inputs = rowLists(report.first?.inputs ?? new Int32Array(0), golden.max_seq_len)
      const targets = rowLists(report.first?.targets ?? new Int32Array(0), golden.max_seq_len)
      if ('inputs' in golden.first) expect({ inputs, targets }).toEqual(golden.first)
      else expect(inputs[0]).toEqual(golden.first.inputs_row0)
    },
  )
})

describe('reportPacking', () => {
  it('packs a given number of batches', async () => {
    const mixture = mixtures.get('val')
    if (!mixture) throw new Error('no val mixture')
    const options = {
      packing: 'bestfit-crop' as const,
      batchSize: 1,
      seqLen: 16,
      bufferSize: 2,
      rank: 0,
      worldSize: 1,
    }
    const loader = createLoader(renderSource(mixture, tokenizer), { ...options, bosId: 714 })
    const seen: number[] = []
    const report = await reportPacking(loader, {
      split: 'train',
      batches: 3,
      onBatch: (b) => seen.push(b.index),
    })
    expect(report.batches).toBe(3)
    expect(seen).toEqual([0, 1, 2])
    expect(report.first?.index).toBe(0)
  })
})
