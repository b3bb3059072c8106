/** The `config.json` of an exported checkpoint: what the model computes, so that it can be built without this program. */
import type { CheckpointMeta } from '../checkpoint/checkpoint.schema'
import { headDim, paddedVocab } from '../model/config.schema'
import { withoutVariant } from '../model/variants/recognise'
import { softcap } from '../model/softcap'
import { variantOf } from '../model/variants/variant'
import { windowSizes } from '../model/windows'

/**
 * @param ids of the tokens that begin a text and end an answer
 * @param dtypes formats of the tensors
 */
export function exportedConfig(
  { model_config: config, step, val_bpb }: CheckpointMeta,
  ids: { bos: number; end: number },
  dtypes: readonly string[],
): object {
  const { id = '2026-01', label, rotaryBase, qkScale, valueGate, smearAndBackout } = variantOf(config)
  return {
    architectures: ['GPT'],
    model_type: 'nanochat-gpt',
    torch_dtype: dtypes.length === 1 ? dtypes[0] : dtypes,
    bos_token_id: ids.bos,
    eos_token_id: ids.end,
    /** What nanochat's GPTConfig takes. */
    model_config: withoutVariant(config),
    form: { id, label },
    padded_vocab_size: paddedVocab(config),
    head_dim: headDim(config),
    tie_word_embeddings: false,
    normalisation: 'rmsnorm without weights',
    activation: 'relu squared',
    rotary_base: rotaryBase,
    qk_norm: true,
    qk_scale: qkScale,
    logit_softcap: softcap,
    windows: windowSizes(config),
    value_embeddings: valueGate ?? null,
    smear_and_backout: smearAndBackout,
    step,
    val_bpb: val_bpb ?? null,
  }
}
