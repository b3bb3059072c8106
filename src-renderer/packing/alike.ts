/**
 * Tells by their options whether two configs make the same batches. A run's paths are absolute and a project's may be
 * relative, so files are compared by name only.
 */
import type { RunConfig } from '../api/types'

export function packAlike(one: RunConfig, other: RunConfig): boolean {
  return packingDifferences(one, other).length === 0
}

/** Names of the options that decide the batches and differ. */
export function packingDifferences(one: RunConfig, other: RunConfig): string[] {
  const others = new Map(packingOptions(other))
  return packingOptions(one).flatMap(([name, value]) => (others.get(name) === value ? [] : name))
}

function packingOptions({ mixture, exclude, ...config }: RunConfig): [string, string][] {
  const { max_seq_len, device_batch_size, packing, buffer_size, loss, world_size } = config
  const options = {
    'mixture.train': mixture.train,
    'mixture.val': mixture.val,
    exclude: [...exclude].sort(([a, i], [b, j]) => a - b || i - j), // their order plays no part
    ...{ max_seq_len, device_batch_size, packing, buffer_size, loss, world_size },
  }
  return Object.entries(options).map(([name, value]) => [name, JSON.stringify(value, byFileName)])
}

const byFileName = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/^.*[\\/]/, '') : value
