/**
 * Reads a JSON file that Python or we wrote, and checks it against a schema. Python writes NaN and Infinity where JSON
 * has no word for them; they are read as null.
 */
import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { MidbenchError } from '../errors'

/**
 * @throws MidbenchError `checkpoint.json` naming the file and every field that is wrong; file system errors pass through
 */
export async function readJsonFile<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  const result = schema.safeParse(parsePythonJson(path, await readFile(path, 'utf8')))
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path: keys, message }) => ({ path: keys.join('.'), message }))
  const first = issues[0]
  throw new MidbenchError({
    code: 'checkpoint.json',
    message: `${path}: ${first?.path ?? ''}: ${first?.message ?? 'not as expected'}`,
    remedy: 'Use the file as it was written, or one written by a version that is known here.',
    issues,
  })
}

function parsePythonJson(path: string, text: string): unknown {
  // Strings are matched first, so that a NaN inside one stays.
  const plain = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (match) =>
    match.startsWith('"') ? match : 'null',
  )
  try {
    return JSON.parse(plain)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new MidbenchError(
      {
        code: 'checkpoint.json',
        message: `${path}: not JSON: ${reason}`,
        remedy: 'The file was cut or edited; copy it again from where it was made.',
      },
      { cause: error },
    )
  }
}
