/** How the name of a data set on the hub is told from a path. Pure, and shared with the window. */

/** One slash, and in both names what the hub allows. */
const DATASET = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/
/** A name that ends so is meant as a file, even where there is none. */
const FILE = /\.(jsonl?|ndjson|parquet|txt|csv|tsv|gz|gzip|zst|zstd)$/i

/**
 * Whether a source of the task Conversations may name a data set of the hub (`owner/name`). As in Hugging Face's own
 * tools, a file or folder of that name on this machine comes first.
 */
export function looksLikeDataset(source: string): boolean {
  return DATASET.test(source) && !FILE.test(source)
}
