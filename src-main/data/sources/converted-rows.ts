/** The rows of recognised files, each converted or counted with the reason why it is not. */
import { basename } from 'node:path'
import type { Conversation } from '../conversation.schema'
import { SIDE_COLUMNS } from '../formats/chat'
import { ConversionFault } from '../formats/conversion-fault'
import { FORMATS } from '../formats/formats'
import type { RawRow, RawRows } from '../files/raw-rows'
import type { Recognised } from '../formats/recognise'
import { countFault, newTally, type Tally } from '../formats/tally.schema'
import type { TaskContext } from '../locations'

/** A file with the format that its first rows have. */
export interface ReadFile {
  raw: RawRows
  found: Recognised
}

export interface ConvertedRow {
  row: RawRow
  /** null where it cannot be converted. */
  conversation: Conversation | null
  /** Of the rows up to this one; the same object each time. */
  tally: Tally
}

/** Progress is reported about every so many bytes. */
const REPORT_BYTES = 4 << 20

/** @throws MidbenchError naming the file; the signal's reason when it is aborted */
export async function* convertedRows(
  files: readonly ReadFile[],
  { signal, onProgress }: Pick<TaskContext, 'signal' | 'onProgress'>,
): AsyncGenerator<ConvertedRow> {
  const tally = newTally()
  const total = files.reduce((sum, { raw }) => sum + raw.bytes, 0)
  let before = 0
  let told = 0
  for (const { raw, found } of files) {
    const onBytes = (read: number): void => {
      const done = before + read
      if (done - told < REPORT_BYTES && done < total) return
      told = done
      onProgress({ what: `reading ${raw.path}`, unit: 'bytes', done, total })
    }
    for await (const row of raw.read(columnsToRead(raw, found), { signal, onBytes })) {
      tally.rows++
      yield { row, conversation: convertRow(row, found, tally, raw.path), tally }
    }
    before += raw.bytes
  }
}

/** The columns of a parquet file that are converted, and those that may hold what would be lost. */
function columnsToRead(raw: RawRows, { columns }: Recognised): string[] {
  const wanted = new Set([...Object.values<string | undefined>({ ...columns }), ...SIDE_COLUMNS])
  return (raw.columns ?? []).filter((column) => wanted.has(column))
}

function convertRow(row: RawRow, found: Recognised, tally: Tally, path: string): Conversation | null {
  const place = `${basename(path)}, ${row.place}`
  if ('fault' in row) {
    countFault(tally, { reason: 'not-json', at: null, message: row.fault }, place)
    return null
  }
  try {
    return found.format.convert(row.value, found.columns)
  } catch (fault) {
    if (!(fault instanceof ConversionFault)) throw fault
    const { reason, at, message } = fault
    const other = reason === 'other-format' ? otherFormat(row.value, found) : undefined
    countFault(
      tally,
      { reason, at, message: other === undefined ? message : `it looks like ${other}` },
      place,
    )
    return null
  }
}

/** The format of a row that is not in its file's. */
function otherFormat(value: unknown, { format }: Recognised): string | undefined {
  return FORMATS.find((each) => each !== format && each.find(value, {}).length > 0)?.title
}
