/** How checkpoints are listed: by folder, each with a word or two about what a run can do with it. */
import type { CheckpointList, CheckpointRow } from '../api/types'

export interface CheckpointGroup {
  /** The folder's name. */
  folder: string
  rows: CheckpointRow[]
}

/** Rows by folder, in the order they come. */
export function byFolder(rows: readonly CheckpointRow[]): CheckpointGroup[] {
  const groups = new Map<string, CheckpointRow[]>()
  for (const row of rows) groups.set(row.folder, [...(groups.get(row.folder) ?? []), row])
  return [...groups].map(([folder, members]) => ({ folder, rows: members }))
}

/** The row's key within its list. */
export function keyOf({ dir, step }: { dir: string; step: number }): string {
  return `${dir}#${step}`
}

export type Use = 'chosen' | 'ready' | 'elsewhere' | 'blocked'

/** Codes of obstacles that keep a run from starting although the files are sound. */
const PLACED_ELSEWHERE: readonly string[] = ['checkpoint.not-base', 'checkpoint.of-run']

/** How a run can use a checkpoint: it is chosen, can be chosen, lies elsewhere or cannot be used. */
export function useOf(row: CheckpointRow, chosen: CheckpointList['chosen']): Use {
  if (row.obstacles.some(({ code }) => !PLACED_ELSEWHERE.includes(code))) return 'blocked'
  if (row.obstacles.length > 0) return 'elsewhere'
  return chosen !== null && keyOf(chosen) === keyOf(row) ? 'chosen' : 'ready'
}

/** The use in words. */
export function useText(row: CheckpointRow, use: Use): string {
  const [obstacle] = row.obstacles
  if (use === 'blocked') return (obstacle?.message ?? 'cannot be used').replaceAll(`${row.dir}/`, '')
  if (use === 'elsewhere') return obstacle?.code === 'checkpoint.of-run' ? 'of a run' : 'not a base'
  return use === 'chosen' ? 'chosen' : row.planned ? 'made on first use' : 'can start a run'
}

/** Layers and width: "12 × 768"; empty where they are not known. */
export function modelText({ config }: CheckpointRow): string {
  return config === null ? '' : `${config.n_layer} × ${config.n_embd}`
}
