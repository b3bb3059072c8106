/** Opens files of conversations and recognises the format of each, which must be one and the same. */
import { entryFault, forKey } from '../entry-fault'
import { openRawRows, type RawRows } from '../files/raw-rows'
import { isMessage, LOOKED_AT, recognise, type Wanted } from '../formats/recognise'
import type { TaskContext } from '../locations'
import type { ReadFile } from './converted-rows'
import { SOURCE_KEY } from './source-files'

type Looking = Pick<TaskContext, 'signal' | 'onProgress'>

/** Of a file whose first rows are long, progress is reported about every so many bytes. */
const REPORT_BYTES = 4 << 20

/**
 * @throws MidbenchError `data.format` naming what was found in place of the format; as from openRawRows; the signal's
 *   reason
 */
export async function recogniseFiles(
  paths: readonly string[],
  wanted: Wanted,
  looking: Looking,
): Promise<ReadFile[]> {
  const files: ReadFile[] = []
  for (const [done, path] of paths.entries()) {
    looking.signal?.throwIfAborted()
    if (done > 0) looking.onProgress({ what: 'recognising files', unit: 'files', done, total: paths.length })
    const file = await forKey(SOURCE_KEY, path, () => recogniseFile(path, wanted, looking))
    if (file !== null) files.push(file)
  }
  requireOneFormat(files)
  return files
}

/** Null where the file has no rows. */
async function recogniseFile(path: string, wanted: Wanted, looking: Looking): Promise<ReadFile | null> {
  const options = { signal: looking.signal, onBytes: bytesReport(path, looking) }
  const raw = await openRawRows(path, isMessage, options)
  const rows = await raw.first(LOOKED_AT, options)
  if (rows.length === 0) return null
  const values = rows.flatMap((row) => ('value' in row ? [row.value] : []))
  if (values.length === 0) throw notJson(raw, rows[0])
  const found = recognise(values, wanted)
  if (!('fault' in found)) return { raw, found }
  throw entryFault(SOURCE_KEY, {
    code: 'data.format',
    message: `${path}: ${found.fault}`,
    remedy: found.fault.startsWith('this looks like')
      ? 'Set format to that, or to "auto".'
      : 'Name the columns that hold the conversations (columns), or a source that holds some.',
  })
}

/** Reports how far a file has been read; its beginning is read more than once. */
function bytesReport(path: string, { onProgress }: Looking): (read: number) => void {
  let told = 0
  return (read) => {
    told = Math.min(told, read)
    if (read - told < REPORT_BYTES) return
    told = read
    onProgress({ what: `recognising ${path}`, unit: 'bytes', done: read, total: null })
  }
}

function notJson({ path }: RawRows, first: Awaited<ReturnType<RawRows['first']>>[number] | undefined): Error {
  const reason = first !== undefined && 'fault' in first ? ` (${first.place}: ${first.fault})` : ''
  return entryFault(SOURCE_KEY, {
    code: 'data.format',
    message: `${path}: none of its first rows is JSON${reason}`,
    remedy: 'Name a file with a JSON value a line, one JSON list, or parquet.',
  })
}

function requireOneFormat(files: readonly ReadFile[]): void {
  const [first] = files
  const other = files.find(({ found }) => found.format !== first?.found.format)
  if (first === undefined || other === undefined) return
  throw entryFault(SOURCE_KEY, {
    code: 'data.format',
    message:
      `the files have different formats: ${first.raw.path} is ${first.found.format.title}, ` +
      `${other.raw.path} is ${other.found.format.title}`,
    remedy: 'Make an entry of each format.',
  })
}
