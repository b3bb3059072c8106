/**
 * What nanochat's model computes in each of its forms: the seed's, and the three later ones that lasted (upstream
 * commits e85db6b, 6ed7d1d and a825e63). Forms that lasted a day or two (value embeddings without gates, engrams) are
 * not supported.
 *
 * All forms round the rotary table to bfloat16, as on the GPUs that train such models. From 2026-03-04 on upstream
 * keeps it in float32 where it runs on a CPU.
 */
import type { VariantId } from './variant.schema'

export interface Variant {
  /** Undefined for the seed's form. */
  id: VariantId | undefined
  /** Name for people. */
  label: string
  /** What may differ and cannot be told from a checkpoint. */
  note?: string
  /** Base of the rotary embedding's wavelengths. */
  rotaryBase: number
  /** Factor of queries and of keys after their norm. */
  qkScale: number
  /** The window of an S layer, from sequence_len. */
  shortWindow: (sequenceLen: number) => number
  /** Every second layer mixes an embedding of its own into the values, through a gate (value-embedding.ts). */
  valueGate?: { channels: number; factor: number }
  /**
   * Whether the embedding gets a share of the token before (smear.ts), and the middle is partly subtracted before the
   * head (backout.ts).
   */
  smearAndBackout: boolean
}

const seed: Variant = {
  id: undefined,
  label: 'nanochat of January 2026',
  rotaryBase: 10_000,
  qkScale: 1,
  shortWindow: (sequenceLen) => Math.floor(sequenceLen / 2),
  smearAndBackout: false,
}

const gated: Variant = {
  ...seed,
  id: '2026-01-16',
  label: 'nanochat of January 16 to March 9, 2026: value embeddings',
  valueGate: { channels: 32, factor: 2 },
}

const tuned: Variant = {
  ...gated,
  id: '2026-03-09',
  label: 'nanochat of March 9 to 14, 2026: value embeddings, longer rotary waves, sharper attention',
  rotaryBase: 100_000,
  qkScale: 1.15,
  shortWindow: (sequenceLen) => wholeTiles(sequenceLen / 3),
  valueGate: { channels: 12, factor: 3 },
}

const smeared: Variant = {
  ...tuned,
  id: '2026-03-14',
  label: 'nanochat since March 14, 2026: value embeddings, smear, backout',
  qkScale: 1.2,
  shortWindow: (sequenceLen) => wholeTiles(sequenceLen / 4),
  smearAndBackout: true,
}

const uncertainCap =
  'Models trained with upstream of March 2 to 9 capped their logits at 20, which no key tells; 15 is used.'

const later: Record<VariantId, Variant> = {
  '2026-01-16': { ...gated, note: uncertainCap },
  '2026-03-09': tuned,
  '2026-03-14': smeared,
}

/** The form with that name; without a name, the seed's. */
export function variantOf({ variant }: { variant?: VariantId | undefined }): Variant {
  return variant === undefined ? seed : later[variant]
}

/** Rounds up to whole tiles of FlashAttention. */
function wholeTiles(window: number): number {
  return Math.ceil(window / 128) * 128
}
