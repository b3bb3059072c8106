/** A split of a dataset repository, as the hub lays its files out: `folder/split-*.parquet`. */
export interface DatasetSplit {
  /** `cais/mmlu` */
  repo: string
  folder: string
  split: string
}

/** One line for people: `cais/mmlu, all test`. */
export function describeSplit({ repo, folder, split }: DatasetSplit): string {
  return folder === 'data' ? `${repo}, ${split}` : `${repo}, ${folder} ${split}`
}
