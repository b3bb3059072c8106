/** Whether a file that CustomJSON refuses is one that the task Conversations reads, as a sentence for the refusal. */
import { openRawRows } from '../files/raw-rows'
import { isMessage, LOOKED_AT, recognise, type Recognised } from '../formats/recognise'
import { convertLine } from '../tasks/json-line'

/** The sentence; '' where Conversations would not read more of the first rows than CustomJSON does. Costs some rows. */
export async function otherForm(path: string): Promise<string> {
  try {
    const raw = await openRawRows(path, isMessage)
    const rows = await raw.first(LOOKED_AT)
    const values = rows.flatMap((row) => ('value' in row ? [row.value] : []))
    const found = recognise(values, { format: 'auto', columns: {} })
    if ('fault' in found) return ''
    const isLines = raw.container === 'lines' && raw.compression === null
    if (isLines && !values.some((value) => isMore(value, found))) return ''
    return `The task Conversations reads this file (${found.format.title}).`
  } catch {
    return '' // what is wrong with the file has been said
  }
}

/** Whether a row is a conversation for the format, but none for CustomJSON. */
function isMore(value: unknown, { format, columns }: Recognised): boolean {
  return (
    passes(() => format.convert(value, columns)) &&
    !passes(() => convertLine({ number: 1, text: JSON.stringify(value) }))
  )
}

function passes(convert: () => unknown): boolean {
  try {
    convert()
    return true
  } catch {
    return false
  }
}
