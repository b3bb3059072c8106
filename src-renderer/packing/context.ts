/**
 * What packed batches depend on, as a text to compare: while it stays the same, what is known of them holds.
 */
import type { Project } from '../api/types'

/** The options, and the folder that their relative paths start from: the project's, or a run's. */
type Of = Pick<Project, 'config' | 'dir'>

/** What decides which conversations there are, and in which order. */
export function mixtureContext({ config, dir }: Of): string {
  const { recipe, mixture, exclude, base_dir, model_tag } = config
  return JSON.stringify([recipe, mixture, exclude, base_dir, model_tag, dir])
}

/** What decides the rows and batches: the conversations, the options of packing, and which rank packs. */
export function packingContext(of: Of & { rank?: number }): string {
  const { max_seq_len, device_batch_size, packing, buffer_size, loss, world_size } = of.config
  const options = [max_seq_len, device_batch_size, packing, buffer_size, loss, world_size, of.rank ?? 0]
  return JSON.stringify([mixtureContext(of), ...options])
}

/** What decides the steps: the batches and how many tokens a step takes. */
export function planContext(of: Of & { rank?: number }): string {
  return JSON.stringify([packingContext(of), of.config.total_batch_size])
}
