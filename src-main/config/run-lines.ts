/** The lines of a run's log that say where something lies: the path follows. Pure. */
export const RESULT_LINE = 'Checkpoint: '
export const REPORT_LINE = 'Report: '

/** The path in the last line of a kind; null where the log has none. */
export function pathInLog(log: readonly { text: string }[], line: string): string | null {
  return log.findLast(({ text }) => text.startsWith(line))?.text.slice(line.length) ?? null
}
