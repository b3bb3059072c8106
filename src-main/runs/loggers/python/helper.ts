/**
 * A helper process that is given JSON lines and can do no harm: what it does not take up waits in a bounded queue, and a
 * helper that ends, hangs, or lets the queue fill up is given up, which is told once. Nothing here throws or waits for it,
 * but `end`, for a bounded time.
 *
 * It answers in JSON lines, `{"handled": n}` among them: how many lines it has taken up. Its process group is its own, so
 * that Ctrl-C in a terminal is not for it, and so that what it started ends with it.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

import { z } from 'zod'

import { describeEnding } from '../../process-ending'
import { PYTHON_HOME } from './python-packages'

export interface HelperLimits {
  /** Between two looks at whether it still answers. A sleeping machine looks once, however long it sleeps. */
  tickMs: number
  /** Ticks that it may be silent while lines wait for it: before its first answer, and after. */
  startTicks: number
  silentTicks: number
  /** What it may take to finish. */
  endMs: number
  /** Bytes that may wait for it. */
  waitingBytes: number
}

const LIMITS: HelperLimits = {
  tickMs: 1000,
  startTicks: 120,
  silentTicks: 60,
  endMs: 20_000,
  waitingBytes: 16 * 1024 * 1024,
}

const handled = z.object({ handled: z.int() })

interface HelperOptions {
  /** Its name in sentences: `The W&B helper`. */
  who: string
  /** Called with whatever it says, a parsed line at a time, but for how many it has handled. */
  onSaid: (said: unknown) => void
  /** Called once with why it was given up, as a sentence. */
  onLost: (why: string) => void
  limits?: Partial<HelperLimits> | undefined
}

/** The end of its stderr is kept, to be quoted. */
const MOST_SAID = 4096

export class Helper {
  private readonly child: ChildProcessWithoutNullStreams
  private readonly limits: HelperLimits
  private readonly exited: Promise<void>
  private readonly timer: NodeJS.Timeout
  private sent = 0
  private handled = 0
  /** Ticks since it last answered. */
  private silent = 0
  private said = ''
  private state: 'taking' | 'ending' | 'over' = 'taking'
  private lost = false

  constructor(
    [command = '', ...args]: readonly string[],
    private readonly options: HelperOptions,
  ) {
    this.limits = { ...LIMITS, ...options.limits }
    this.child = spawn(command, args, { cwd: PYTHON_HOME, stdio: 'pipe', detached: true })
    this.exited = new Promise<void>((resolve) => {
      this.child.on('error', (error) => {
        this.lose(`${options.who} could not be started: ${error.message}.`)
        resolve()
      })
      this.child.on('exit', (code, signal) => {
        if (code !== 0) {
          const ending = { code, signal, said: this.said, oomKilled: false }
          this.lose(describeEnding(ending, options.who))
        } else if (this.state === 'taking') this.lose(`${options.who} ended by itself.`)
        this.close()
      })
      this.child.on('close', () => resolve()) // it has said all it had to say
    })
    this.child.stdin.on('error', () => undefined) // its exit says more
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.said = (this.said + text).slice(-MOST_SAID)
    })
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.hear(line)
    })
    this.timer = setInterval(() => {
      this.look()
    }, this.limits.tickMs).unref()
  }

  /** Gives it a line; nothing once it was given up. */
  send(message: object): void {
    if (this.state !== 'taking') return
    this.sent += 1
    this.child.stdin.write(`${JSON.stringify(message)}\n`)
    const waiting = this.child.stdin.writableLength
    if (waiting > this.limits.waitingBytes)
      this.lose(`${this.options.who} does not keep up: ${String(waiting)} bytes wait for it.`)
  }

  /** Gives it its last line, and waits until it has ended, but not for long. */
  async end(message: object): Promise<void> {
    if (this.state === 'over') return
    this.send(message)
    this.state = 'ending'
    this.child.stdin.end()
    const late = setTimeout(() => {
      this.lose(`${this.options.who} did not finish within ${String(this.limits.endMs / 1000)} s.`)
    }, this.limits.endMs)
    await this.exited
    clearTimeout(late)
  }

  private hear(line: string): void {
    if (this.lost) return
    this.silent = 0
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      this.lose(`${this.options.who} said what is not understood: ${line.slice(0, 100)}`)
      return
    }
    const count = handled.safeParse(value)
    if (count.success) this.handled = count.data.handled
    else this.options.onSaid(value)
  }

  private look(): void {
    this.silent = this.handled < this.sent ? this.silent + 1 : 0
    const most = this.handled === 0 ? this.limits.startTicks : this.limits.silentTicks
    if (this.state === 'taking' && this.silent > most) this.lose(`${this.options.who} does not answer.`)
  }

  private lose(why: string): void {
    if (this.state === 'over') return
    this.lost = true
    this.close()
    this.options.onLost(why)
  }

  /** Ends it, and what it started. */
  private close(): void {
    this.state = 'over'
    clearInterval(this.timer)
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGKILL')
    } catch {
      // nothing of it is left
    }
  }
}
