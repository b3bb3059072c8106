/**
 * A model's config: the names that nanochat keeps in `meta_*.json` under `model_config`, and the sizes that follow from
 * them. Pure zod.
 */
import { z } from 'zod'

import { MOST_HEADS, MOST_LAYERS, MOST_SEQ_LEN, MOST_VOCABULARY, MOST_WIDTH } from '../bounds.schema'
import { variantId } from './variants/variant.schema'

const count = (most: number): z.ZodInt => z.int().min(1).max(most)

export const modelConfig = z
  .strictObject({
    /** Longest context, T; the attention windows follow from it. */
    sequence_len: count(MOST_SEQ_LEN),
    vocab_size: count(MOST_VOCABULARY),
    n_layer: count(MOST_LAYERS),
    /** Query heads. */
    n_head: count(MOST_HEADS),
    /** Key and value heads; each of them serves n_head / n_kv_head query heads. */
    n_kv_head: count(MOST_HEADS),
    /** Width of the residual stream, C. */
    n_embd: count(MOST_WIDTH),
    /** Repeated over the layers: L sees the whole context, S a part of it; the last layer is always L. */
    window_pattern: z
      .string()
      .regex(/^[SL]+$/i, 'only the letters S and L, at least one')
      .transform((pattern) => pattern.toUpperCase())
      .default('L'), // checkpoints from before the windows have no pattern
    /**
     * A later form of nanochat's model. The name is ours: the form is recognised by a checkpoint's keys, and never
     * written to its meta.
     */
    variant: variantId.optional(),
  })
  .superRefine((config, context) => {
    const refuse = (path: string, message: string) => {
      context.addIssue({ code: 'custom', path: [path], message })
    }
    if (config.n_embd % config.n_head !== 0) {
      refuse('n_embd', `must be a multiple of n_head, but ${config.n_embd} is not one of ${config.n_head}`)
    } else if ((config.n_embd / config.n_head) % 2 !== 0) {
      refuse('n_embd', `a head's width must be even for the rotary embedding, but is ${headDim(config)}`)
    }
    if (config.n_head % config.n_kv_head !== 0) {
      refuse('n_kv_head', `must divide n_head, but ${config.n_kv_head} does not divide ${config.n_head}`)
    }
  })

export type ModelConfig = z.infer<typeof modelConfig>

/** Width of a head, D. */
export function headDim(config: Pick<ModelConfig, 'n_embd' | 'n_head'>): number {
  return config.n_embd / config.n_head
}

/** Rows of the embedding and of the head: vocab_size, rounded up to a multiple of 64 as nanochat stores them. */
export function paddedVocab(config: Pick<ModelConfig, 'vocab_size'>): number {
  return Math.ceil(config.vocab_size / 64) * 64
}
