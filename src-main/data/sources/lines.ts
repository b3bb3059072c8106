/** The lines of a text file as a task's conversations, in the file's order: checked and stored once (rows.ts). */
import { MidbenchError, type Issue } from '../../errors'
import type { Conversation } from '../conversation.schema'
import { forKey } from '../entry-fault'
import { textLines } from '../files/text-lines'
import { ensureBaseFile } from '../hub/base-files'
import type { TaskContext } from '../locations'
import { convertLine, LineFault } from '../tasks/json-line'
import type { LinesSource } from '../tasks/task-kind'
import { otherForm } from './other-form'
import { empty, openStore, progress } from './rows'
import type { Task } from './task'

/** The most faults that are listed; the rest are only counted. */
const LISTED_FAULTS = 100
/** The entry's key that a fault names. */
const KEY = 'filepath'

/** @throws MidbenchError naming file, line and reason. */
export async function openLines(source: LinesSource, path: string, context: TaskContext): Promise<Task> {
  await forKey(KEY, path, () => ensureBaseFile(path, context))
  const files = { form: source.form, key: KEY, paths: [path] }
  const { identity, store } = await openStore(files, context, () =>
    convertLines(source, path, context),
  ).catch(async (error: unknown) => {
    throw await pointing(error, path)
  })
  return {
    rows: store.rows,
    source: path,
    identity,
    conversation: (row) => store.read(row),
    close: () => store.close(),
  }
}

export interface JsonLinesCheck {
  conversations: number
  faults: Issue[]
  faultCount: number
}

/**
 * Every fault of a JSONL file with its line, for the mixture editor.
 * @returns the number of valid conversations, the first hundred faults (path `line 14` or `line 14, message 2`), and
 *   the number of faults.
 */
export async function checkJsonLines(path: string, signal?: AbortSignal): Promise<JsonLinesCheck> {
  return forKey(KEY, path, async () => {
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

async function* convertLines(
  source: LinesSource,
  path: string,
  context: TaskContext,
): AsyncGenerator<Conversation> {
  const report = progress(`reading ${path}`, 0, context)
  const faults: string[] = []
  let faultCount = 0
  let rows = 0
  for await (const line of textLines(path, context.signal)) {
    report()
    try {
      const conversation = source.convert(line)
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
  if (rows === 0) throw empty({ key: KEY, paths: [path] })
}

/** The refusal of a file, with a sentence where another task reads it. */
async function pointing(error: unknown, path: string): Promise<unknown> {
  if (!(error instanceof MidbenchError) || !error.code.startsWith('data.')) return error
  const sentence = await otherForm(path)
  if (sentence === '') return error
  const failure = error.toFailure()
  const remedy = failure.remedy === undefined ? sentence : `${failure.remedy} ${sentence}`
  return new MidbenchError({ ...failure, remedy }, { cause: error })
}

function faulty(path: string, faults: readonly string[], count: number): MidbenchError {
  const more = count === 1 ? '' : count === 2 ? ' (and one more fault)' : ` (and ${count - 1} more faults)`
  const message = `${path}, ${faults[0] ?? ''}${more}`
  return new MidbenchError({
    code: 'data.row',
    message,
    remedy: 'Correct or remove those lines; lines are never skipped.',
    issues: faults.map((fault) => ({ path: KEY, message: `${path}, ${fault}` })),
  })
}
