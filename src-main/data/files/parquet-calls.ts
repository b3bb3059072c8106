/** What a thread that decodes a row group is asked for (parquet-thread.ts). */
export interface RowGroup {
  path: string
  columns: readonly string[]
  /** Index in the file. */
  group: number
}

export interface ParquetCalls {
  /** Decodes the whole group: the first call, and only one. */
  decode: { input: RowGroup; output: null }
  /** The group's next thousand rows; none at the end. */
  next: { input: null; output: unknown[] }
}
