/**
 * Packings to compare: every policy with every row length and buffer size that was chosen. Other row lengths keep the
 * tokens of a micro-batch where that gives whole rows, so that adopting one changes neither the memory of a step nor
 * its accumulation.
 */
import { packingVariant, trainablePacking } from '../../src-main/contract/contract'
import type { PackingComparison, RunConfig } from '../api/types'

export type Variant = Pick<PackingComparison, 'packing' | 'seq_len' | 'batch_size' | 'buffer_size'>
export type PackingName = Variant['packing']

export const POLICIES: readonly PackingName[] = packingVariant.shape.packing.options

/** Nobody compares more rows than this by eye. */
export const MOST_VARIANTS_SHOWN = 60

export interface Choices {
  policies: readonly PackingName[]
  lengths: readonly number[]
  buffers: readonly number[]
}

/** The values offered for the two sizes: around the config's own, which is always among them. */
export function offers({ max_seq_len, buffer_size }: RunConfig): Pick<Choices, 'lengths' | 'buffers'> {
  const lengths = [0.25, 0.5, 1, 2, 4].map((factor) => max_seq_len * factor)
  return {
    lengths: lengths.filter((length) => (Number.isInteger(length) && length >= 16) || length === max_seq_len),
    buffers: ordered([10, 100, 1000, 10_000, buffer_size]),
  }
}

/** Every policy at the config's row length, with its buffer and with a large one. */
export function firstChoices({ max_seq_len, buffer_size }: RunConfig): Choices {
  return { policies: POLICIES, lengths: [max_seq_len], buffers: ordered([buffer_size, 1000]) }
}

const ordered = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b)

/** Rows a micro-batch at another row length. */
function rowsAt(config: RunConfig, seqLen: number): number {
  return Math.max(1, Math.round((config.device_batch_size * config.max_seq_len) / seqLen))
}

/** Every combination, policy by policy. */
export function variantsOf(config: RunConfig, { policies, lengths, buffers }: Choices): Variant[] {
  return policies.flatMap((packing) =>
    lengths.flatMap((seq_len) =>
      buffers.map((buffer_size) => ({ packing, seq_len, batch_size: rowsAt(config, seq_len), buffer_size })),
    ),
  )
}

export function variantKey({ packing, seq_len, batch_size, buffer_size }: Variant): string {
  return `${packing} ${seq_len} ${batch_size} ${buffer_size}`
}

export function isInUse(config: RunConfig, variant: Variant): boolean {
  const { packing, max_seq_len: seq_len, device_batch_size: batch_size, buffer_size } = config
  return variantKey(variant) === variantKey({ packing, seq_len, batch_size, buffer_size })
}

/** The config with a variant's packing, or a text that says why the variant cannot be used. */
export function adopted(config: RunConfig, variant: Variant): RunConfig | string {
  const { seq_len, batch_size, buffer_size } = variant
  const { data: packing } = trainablePacking.safeParse(variant.packing)
  if (packing === undefined) return 'for comparison only'
  const micro = batch_size * seq_len
  if (config.total_batch_size % micro !== 0) {
    return `total_batch_size ${config.total_batch_size} is no multiple of ${batch_size} × ${seq_len}`
  }
  return { ...config, packing, max_seq_len: seq_len, device_batch_size: batch_size, buffer_size }
}
