/** A split of a dataset repository, as the hub lays its files out: `folder/split-*.parquet`. */
export interface DatasetSplit {
  /** `cais/mmlu` */
  repo: string
  folder: string
  split: string
}

/** The folder of repositories that have one subset only; the hub calls that subset `default`. */
const ONLY_FOLDER = 'data'

/** The subset's name in the hub's parquet export and in nanochat's task_data. */
export function subsetOf({ folder }: DatasetSplit): string {
  return folder === ONLY_FOLDER ? 'default' : folder
}

/** One line for people: `cais/mmlu, all test`. */
export function describeSplit({ repo, folder, split }: DatasetSplit): string {
  return folder === ONLY_FOLDER ? `${repo}, ${split}` : `${repo}, ${folder} ${split}`
}
