/** The loader with completion loss, against the figures of today's chat_sft. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openSplitData } from '../../../../src-main/packing/open-split'
import { createLoader } from '../../../../src-main/packing/loader'
import { reportPacking } from '../../../../src-main/packing/pack-report'
import type { SplitData } from '../../../../src-main/packing/split-data'
import type { SplitName } from '../../../../src-main/data/mixture.schema'
import { goldenPath, readGolden } from '../../../support/golden'
import { sftMixture } from '../../../support/sft-mixture'

const settings = readGolden(
  'sft.json',
  z.object({
    packing: z.array(
      z.object({
        split: z.enum(['train', 'val']),
        device_batch_size: z.int(),
        max_seq_len: z.int(),
        rank: z.int(),
        world_size: z.int(),
        batches: z.int(),
        supervised_targets: z.int(),
        sha256_of_inputs_then_targets_le_i32: z.string(),
        progress_epoch_last_step: z.array(z.tuple([z.number(), z.int(), z.boolean()])),
        first_row: z.object({ inputs: z.array(z.int()), targets: z.array(z.int()) }),
      }),
    ),
  }),
).packing

let cacheDir: string
const splits = new Map<SplitName, SplitData>()

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'midbench-sft-'))
  const locations = { baseDir: goldenPath('nanochat_now'), configDir: goldenPath('.'), cacheDir }
  for (const split of ['train', 'val'] as const) {
    const onFault = (failure: unknown): never => {
      throw new Error(JSON.stringify(failure))
    }
    splits.set(split, await openSplitData(sftMixture[split], locations, { onFault }))
  }
})

afterAll(async () => {
  for (const split of splits.values()) await split.close()
  await rm(cacheDir, { recursive: true, force: true })
})

describe('chat_sft', () => {
  it('has four loader settings', () => {
    expect(settings).toHaveLength(4)
  })

  it.each(settings)(
    '$split $device_batch_size × $max_seq_len, rank $rank of $world_size: the same bits, rendered and from the cache',
    async (golden) => {
      const data = splits.get(golden.split)
      if (!data) throw new Error(`no ${golden.split} mixture`)
      for (const origin of ['rendered', 'cached']) {
        if (origin === 'cached') {
          await data.table({ signal: new AbortController().signal, progress: () => undefined })
        }
        const loader = createLoader(data, {
          packing: 'bestfit-pad',
          loss: 'completion',
          batchSize: golden.device_batch_size,
          seqLen: golden.max_seq_len,
          bufferSize: 100,
          rank: golden.rank,
          worldSize: golden.world_size,
          bosId: data.tokenizer.specials['<|bos|>'],
        })
        // The reference's val loader knows no end: its figures are those of so many batches.
        const batches = golden.split === 'val' ? golden.batches : null
        const report = await reportPacking(loader, { split: golden.split, batches })
        expect(report.batches).toBe(golden.batches)
        expect(report.supervised_targets).toBe(golden.supervised_targets)
        expect(report.progress_epoch_last_step).toEqual(golden.progress_epoch_last_step)
        expect(report.sha256).toBe(golden.sha256_of_inputs_then_targets_le_i32)
        const { inputs = [], targets = [] } = report.first ?? {}
        const shown = golden.first_row.inputs.length
        expect(Array.from(inputs.slice(0, shown))).toEqual(golden.first_row.inputs)
        expect(Array.from(targets.slice(0, shown))).toEqual(golden.first_row.targets)
      }
    },
  )
})
