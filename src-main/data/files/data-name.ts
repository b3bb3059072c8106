/** Which files beside others are data, by their names: for folders and repositories, where not all of them are. */

const READABLE = /\.(jsonl?|ndjson|parquet)(\.(gz|gzip|zst|zstd))?$/i
/** The hub's own files beside data, and those of programs. */
const NO_DATA = /^(dataset_infos?|dataset_dict|state|config|package(-lock)?|tsconfig|manifest)\.json$/i

export function isDataName(name: string): boolean {
  return READABLE.test(name) && !NO_DATA.test(name)
}
