/**
 * What packed batches depend on, as a text to compare: while it stays the same, what is known of them holds.
 */
import type { Project } from '../api/types'

/** What decides which conversations there are, and in which order. */
export function mixtureContext({ config, dir }: Project): string {
  const { mixture, base_dir, model_tag } = config
  return JSON.stringify([mixture, base_dir, model_tag, dir])
}

/** What decides the rows and batches beside them. */
export function packingContext(project: Project): string {
  const { max_seq_len, device_batch_size, packing, buffer_size } = project.config
  return JSON.stringify([mixtureContext(project), max_seq_len, device_batch_size, packing, buffer_size])
}

/** What decides the steps beside them. */
export function planContext(project: Project): string {
  return JSON.stringify([packingContext(project), project.config.total_batch_size])
}
