/**
 * How long the phases of a command took, by the clock and in processor time, so that whoever reads the end of a log sees
 * what grew. The clock's figure depends on what else the machine does; the processor's hardly does.
 */
import { readFileSync } from 'node:fs'

/** How long something took. */
export interface Taken {
  name: string
  seconds: number
}

interface Phase extends Taken {
  /** Of the programs that it ran. */
  processorSeconds: number
}

export class Phases {
  private readonly ended: Phase[] = []

  /** Does the work of a phase, and keeps how long it took, also where it fails. Phases do not overlap. */
  async time<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const [began, processor] = [performance.now(), childrenSeconds()]
    try {
      return await work()
    } finally {
      const seconds = (performance.now() - began) / 1000
      this.ended.push({ name, seconds, processorSeconds: childrenSeconds() - processor })
    }
  }

  /** The lines of a table with a phase each, and their sum. */
  table(): string[] {
    const sum = (of: (phase: Phase) => number): number =>
      this.ended.reduce((total, each) => total + of(each), 0)
    const whole = {
      name: 'all',
      seconds: sum((each) => each.seconds),
      processorSeconds: sum((each) => each.processorSeconds),
    }
    const rows = [...this.ended, whole].map((each) => [
      each.name,
      each.seconds.toFixed(0),
      each.processorSeconds.toFixed(0),
    ])
    return aligned([['phase', 'seconds', 'of a processor'], ...rows])
  }
}

/** The lines of a table of what took longest. @param most lines without the heading */
export function slowestTable(taken: readonly Taken[], most: number): string[] {
  const slowest = [...taken].sort((a, b) => b.seconds - a.seconds).slice(0, most)
  const rows = slowest.map(({ name, seconds }) => [name, seconds.toFixed(0)])
  return aligned([['slowest files, their tests alone', 'seconds'], ...rows])
}

/** The first column to the left, numbers to the right. */
function aligned(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  )
}

/** Processor time of the programs that this process started and that have ended, with those that they started. */
function childrenSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  // man 5 proc: cutime and cstime, in hundredths of a second, counted from the value after the name in parentheses.
  const values = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(values[13]) + Number(values[14])) / 100
}
