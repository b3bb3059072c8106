/** How checkpoints are listed: by the folder they lie in, each with what a run can do with it in a word or two. */
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

/** Names a row for as long as the list is there. */
export function keyOf({ dir, step }: { dir: string; step: number }): string {
  return `${dir}#${step}`
}

export type Use = 'chosen' | 'ready' | 'elsewhere' | 'blocked'

/** Codes of what keeps a run from starting though nothing is wrong with the files. */
const PLACED_ELSEWHERE: readonly string[] = ['checkpoint.not-base', 'checkpoint.of-run']

/** What a run can do with a checkpoint: the chosen one, one to choose, one that lies elsewhere, one that cannot be used. */
export function useOf(row: CheckpointRow, chosen: CheckpointList['chosen']): Use {
  if (row.obstacles.some(({ code }) => !PLACED_ELSEWHERE.includes(code))) return 'blocked'
  if (row.obstacles.length > 0) return 'elsewhere'
  return chosen !== null && keyOf(chosen) === keyOf(row) ? 'chosen' : 'ready'
}

/** The same in words. */
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
