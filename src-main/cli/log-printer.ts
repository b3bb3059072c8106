/**
 * Prints a run's log lines in order, except one: the failure with which a run comes to rest ends the command, which
 * prints it with its remedy, so its line in the log is not printed as well. The last line of a batch therefore waits
 * for the next event.
 */
import type { RunEvent } from '../runs/run-events'
import { RESUMABLE } from '../runs/run-records'
import type { LogLine } from '../config/run.schema'

export class LogPrinter {
  private held: LogLine | undefined

  constructor(private readonly write: (line: LogLine) => void) {}

  print(lines: readonly LogLine[]): void {
    const last = lines.at(-1)
    const holds = last !== undefined && last.level !== 'info'
    for (const line of holds ? lines.slice(0, -1) : lines) this.write(line)
    if (holds) this.held = last
  }

  /** Must be called with every event, before the event is printed. */
  before(event: RunEvent): void {
    const line = this.held
    this.held = undefined
    if (line === undefined) return
    const endsWithIt =
      event.type === 'changed' &&
      RESUMABLE.includes(event.run.state) &&
      event.run.error?.message === line.text
    if (!endsWithIt) this.write(line)
  }
}
