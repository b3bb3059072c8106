/** A progress bar in the last line of a terminal; draws nothing where the stream is no terminal, so logs stay logs. */

import type { Progress } from '../progress.schema'
import { progressText } from './progress-text'

/** What the bar needs of process.stderr. */
export interface BarStream {
  isTTY?: boolean | undefined
  columns?: number | undefined
  write(text: string): unknown
}

const BAR_WIDTH = 24

export class ProgressBar {
  private shown = false

  constructor(private readonly stream: BarStream) {}

  /** Shows how far a piece of work has got. */
  show(progress: Progress): void {
    const { done, total } = progress
    this.draw(total === null || total === 0 ? null : done / total, progressText(progress))
  }

  /** @param fraction 0 to 1; null where the end is not known */
  draw(fraction: number | null, caption: string): void {
    if (this.stream.isTTY !== true) return
    const filled = Math.round(BAR_WIDTH * Math.min(1, Math.max(0, fraction ?? 0)))
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`
    const percent = fraction === null ? '' : `${(100 * fraction).toFixed(0)}%`
    const line = `${bar} ${percent.padStart(4)}  ${caption}`
    this.stream.write(`\r\u001b[2K${line.slice(0, (this.stream.columns ?? 80) - 1)}`)
    this.shown = true
  }

  /** Removes the bar, so that a line can be printed in its place. */
  clear(): void {
    if (!this.shown) return
    this.stream.write('\r\u001b[2K')
    this.shown = false
  }
}
