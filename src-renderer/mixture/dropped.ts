/** Sorts files dropped on the mixture: those to add, and an error that names the others. */
import { CallError } from '../api/client'

export function sortDropped(paths: readonly string[]): { lines: string[]; refusal: CallError | null } {
  const isLines = (path: string): boolean => /\.jsonl?$/i.test(path)
  const others = paths.filter((path) => !isLines(path))
  const refusal = new CallError({
    code: 'data.not-jsonl',
    message: `Not a .jsonl file: ${others.join(', ')}`,
    remedy:
      'Drop files of conversations, one array of messages a line. Choose parquet files in a task’s options.',
  })
  return { lines: paths.filter(isLines), refusal: others.length > 0 ? refusal : null }
}
