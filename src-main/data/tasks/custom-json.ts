/** CustomJSON: a JSONL file of one's own, one array of alternating messages a line (docs/REFERENCE.md §1). */
import type { z } from 'zod'
import type { Issue } from '../../errors'
import { MidbenchError } from '../../errors'
import type { Conversation } from '../conversation.schema'
import { forKey } from '../entry-fault'
import { textLines } from '../files/text-lines'
import { ensureBaseFile } from '../hub/base-files'
import { fromConfig, type TaskContext } from '../locations'
import type { customJsonEntry } from '../mixture.schema'
import { convertLine, LineFault } from './json-line'
import { empty, openStore, progress } from '../sources/rows'
import type { TaskKind } from '../sources/task'

/** So many faults are listed; the rest are counted. */
const LISTED_FAULTS = 100

export const customJson: TaskKind<z.infer<typeof customJsonEntry>> = {
  label: (entry) => `CustomJSON ${entry.filepath}`,

  async open(entry, context) {
    const path = fromConfig(entry.filepath, context)
    await forKey('filepath', path, () => ensureBaseFile(path, context))
    const source = { kind: 'CustomJSON', key: 'filepath', paths: [path] }
    const { identity, store } = await openStore(source, context, () => convertLines(path, context))
    return {
      rows: store.rows,
      source: path,
      identity,
      conversation: (row) => store.read(row),
      close: () => store.close(),
    }
  },
}

export interface JsonLinesCheck {
  conversations: number
  faults: Issue[]
  faultCount: number
}

/**
 * Every fault of a JSONL file with its line, for the editor of mixtures.
 * @returns conversations that are right, faults (path `line 14` or
 *   `line 14, message 2`; the first hundred), and how many faults there are.
 */
export async function checkJsonLines(path: string, signal?: AbortSignal): Promise<JsonLinesCheck> {
  return forKey('filepath', path, async () => {
    const result: JsonLinesCheck = { conversations: 0, faults: [], faultCount: 0 }
    for await (const line of textLines(path, signal)) {
      try {
        if (convertLine(line) !== undefined) result.conversations++
      } catch (fault) {
        if (!(fault instanceof LineFault)) throw fault
        result.faultCount++
        if (result.faults.length < LISTED_FAULTS) {
          result.faults.push({ path: fault.place, message: fault.message })
        }
      }
    }
    return result
  })
}

async function* convertLines(path: string, context: TaskContext): AsyncGenerator<Conversation> {
  const report = progress(`reading ${path}`, 0, context)
  const faults: string[] = []
  let faultCount = 0
  let rows = 0
  for await (const line of textLines(path, context.signal)) {
    report()
    try {
      const conversation = convertLine(line)
      if (conversation === undefined) continue
      rows++
      if (faultCount === 0) yield conversation
    } catch (fault) {
      if (!(fault instanceof LineFault)) throw fault
      faultCount++
      if (faults.length < LISTED_FAULTS) faults.push(`${fault.place}: ${fault.message}`)
    }
  }
  if (faultCount > 0) throw faulty(path, faults, faultCount)
  if (rows === 0) throw empty({ key: 'filepath', paths: [path] })
}

function faulty(path: string, faults: readonly string[], count: number): MidbenchError {
  const more = count === 1 ? '' : count === 2 ? ' (and one more fault)' : ` (and ${count - 1} more faults)`
  const message = `${path}, ${faults[0] ?? ''}${more}`
  return new MidbenchError({
    code: 'data.row',
    message,
    remedy: 'Correct or remove those lines; lines are never skipped.',
    issues: faults.map((fault) => ({ path: 'filepath', message: `${path}, ${fault}` })),
  })
}
