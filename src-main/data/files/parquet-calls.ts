/** The calls of a thread that decodes a row group (parquet-thread.ts). */
export interface RowGroup {
  path: string
  columns: readonly string[]
  /** Index in the file. */
  group: number
}

export interface ParquetCalls {
  /** Decodes the whole group: the first call, made once. */
  decode: { input: RowGroup; output: null }
  /** The group's next thousand rows; none at the end. */
  next: { input: null; output: unknown[] }
}
