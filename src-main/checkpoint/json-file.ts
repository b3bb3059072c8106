/**
 * Reads a JSON file that Python or we wrote, and checks it against a schema. Python writes NaN and Infinity where JSON
 * has no word for them; they are read as null.
 */
import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { MidbenchError } from '../errors'
import { firstFault, schemaFaults } from '../schema-faults'
import { shownText } from '../shown'
import { parseWholeJson } from './json-text'

/**
 * @throws MidbenchError `checkpoint.json` naming the file and every field that is wrong; file system errors pass through
 */
export async function readJsonFile<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  const value = parsePythonJson(path, await readFile(path, 'utf8'))
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new MidbenchError({
    code: 'checkpoint.json',
    message: `${path}: ${firstFault(result.error, value)}.`,
    remedy: 'Use the file as it was written, or one written by a version that is known here.',
    issues: schemaFaults(result.error, value),
  })
}

function parsePythonJson(path: string, text: string): unknown {
  try {
    return parseWholeJson(withoutInfinities(text))
  } catch (error) {
    const reason = error instanceof Error ? shownText(error.message, 200) : String(error)
    throw new MidbenchError(
      {
        code: 'checkpoint.json',
        message: `${path} is not JSON: ${reason}.`,
        remedy: 'The file was cut or edited; copy it again from where it was made.',
      },
      { cause: error },
    )
  }
}

/** In one pass, whatever the strings hold: what looks like a NaN inside one stays. */
function withoutInfinities(text: string): string {
  let inString = false
  return text.replace(/\\.|"|-?\b(?:NaN|Infinity)\b/gs, (match) => {
    if (match === '"') inString = !inString
    return inString || match === '"' || match.startsWith('\\') ? match : 'null'
  })
}
