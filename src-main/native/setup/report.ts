/** What set-up reports while it works, as data: the terminal prints it to stderr, the window shows it in Settings. */

/** One message of a set-up. `bytes` and `total` come with downloads; `total` is known beforehand, from the pins. */
export interface SetupEvent {
  kind: 'working' | 'progress' | 'done' | 'note'
  message: string
  bytes?: number
  total?: number
}

/** Receives the messages of a set-up, in order. */
export type Report = (event: SetupEvent) => void

/** Where a reporter writes: a terminal, or a file. */
export interface TextStream {
  isTTY?: boolean
  write(text: string): unknown
}

/**
 * A reporter for a terminal: one line a step, and a moving line for progress where the stream is a terminal. In a log
 * file progress is a line at each tenth.
 */
export function terminalReport(stream: TextStream): Report {
  let lastTenth = -1
  return (event) => {
    if (event.kind !== 'progress') {
      lastTenth = -1
      stream.write(`${stream.isTTY ? clearLine : ''}${event.message}\n`)
      return
    }
    const tenth = Math.floor((10 * (event.bytes ?? 0)) / (event.total ?? Infinity))
    if (stream.isTTY) stream.write(`${clearLine}${progressLine(event)}`)
    else if (tenth !== lastTenth) stream.write(`${progressLine(event)}\n`)
    lastTenth = tenth
  }
}

const clearLine = '\r\u001b[2K'

/** `TensorFlow 2.21.0: 120 of 274 MB (44 %)` */
function progressLine({ message, bytes = 0, total }: SetupEvent): string {
  if (!total) return `${message}: ${megabytes(bytes)} MB`
  return `${message}: ${megabytes(bytes)} of ${megabytes(total)} MB (${Math.floor((100 * bytes) / total)} %)`
}

/** Whole megabytes (10^6 bytes), as package registries and disk makers count them. */
function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6)
}
