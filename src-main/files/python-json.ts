/**
 * Reads a JSON file that Python or we wrote, and checks it against a schema. NaN and Infinity, which Python writes, are
 * read as null.
 */
import type { z } from 'zod'
import { MidbenchError } from '../errors'
import { parsePythonJson, requireShallow } from './json-text'
import { readTextFile } from './text-file'
import { firstFault, schemaFaults } from '../schema-faults'
import { shownText } from '../shown'
import { requireWhole } from './whole-json'

/**
 * @throws MidbenchError `checkpoint.json` naming the file and every wrong field; `file.*` where it is no text file;
 * file system errors pass through
 */
export async function readJsonFile<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  const value = parse(path, await readTextFile(path))
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new MidbenchError({
    code: 'checkpoint.json',
    message: `${path}: ${firstFault(result.error, value)}.`,
    remedy: 'Use the file as it was written, or one written by a version that is known here.',
    issues: schemaFaults(result.error, value),
  })
}

function parse(path: string, text: string): unknown {
  try {
    const value = parsePythonJson(text)
    requireShallow(value, path)
    requireWhole(value)
    return value
  } catch (error) {
    if (error instanceof MidbenchError) throw error
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
