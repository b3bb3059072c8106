/**
 * Whether two configs make the same batches, as far as their options tell: a run keeps its paths absolute, a project may
 * have them relative, so of a file only its name is compared.
 */
import type { RunConfig } from '../api/types'

export function packAlike(one: RunConfig, other: RunConfig): boolean {
  return packingOf(one) === packingOf(other)
}

function packingOf({ mixture, max_seq_len, device_batch_size, packing, buffer_size }: RunConfig): string {
  const byFileName = (_: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replace(/^.*[\\/]/, '') : value
  const options = [mixture, max_seq_len, device_batch_size, packing, buffer_size]
  return JSON.stringify(options, byFileName)
}
