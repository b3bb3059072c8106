/** golden/sft.json: what chat_sft of July 2026 logged, and where its base checkpoint lies. */
import { z } from 'zod'

import type { GivenConfig, RunConfig } from '../../src-main/config/config.schema'
import { resolveConfig } from '../../src-main/config/resolve'
import { readBaseSettings } from '../../src-main/runs/base-settings'
import { goldenPath, readGolden } from './golden'
import { sftMixture } from './sft-mixture'

export const goldenSft = readGolden(
  'sft.json',
  z.object({
    train_len: z.int(),
    val_len: z.int(),
    runs: z.array(
      z.object({
        steps: z.int(),
        grad_accum: z.int(),
        device_batch_size: z.int(),
        max_seq_len: z.int(),
        load_optimizer: z.boolean(),
        warmup_ratio: z.number(),
        warmdown_ratio: z.number(),
        final_lr_frac: z.number(),
        init_lr_frac: z.number(),
        val_bpb_5_batches_before: z.number(),
        val_bpb_5_batches_after: z.number(),
        log: z.array(
          z.object({ step: z.int(), loss_last_micro: z.number(), lrm: z.number(), grad_norm: z.number() }),
        ),
      }),
    ),
  }),
)

/** The nanochat folder that the figures were made from. */
export const goldenSftFolder = goldenPath('nanochat_now')

/**
 * A config of recipe sft over that folder, or over a copy of it, with what it inherits; float32, and nothing is written
 * to the folder.
 */
export async function goldenSftConfig(given: GivenConfig = {}): Promise<RunConfig> {
  const named: GivenConfig = {
    recipe: 'sft',
    base_dir: goldenSftFolder,
    dtype: 'float32',
    engine: 'eager',
    eval_every: -1,
    eval_tokens: 5 * 4 * 256,
    dry_run: true,
    mixture: sftMixture,
    ...given,
  }
  return resolveConfig(named, await readBaseSettings(named, named.base_dir ?? goldenSftFolder)).config
}
