/**
 * A trainer in a process of its own: where it is killed, crashes or runs out of memory, everything else keeps running.
 * The process is this same program as Node or, where that does not start, the Node on the PATH.
 *
 * Messages sent before it is ready wait. What it writes to stdout and stderr goes to this process's stderr, and the end
 * of that output is quoted where the process ends without a message.
 */
import type { ChildProcess, Serializable } from 'node:child_process'

import type { Failure } from '../errors'
import type { Trainer } from '../engine/trainer-calls'
import { Caller } from '../threads/calls'
import type { Channel } from '../threads/channel'
import { forkProcess, PROCESS_READY } from '../threads/spawn'
import { countOomKills, describeEnding, type Ending, wasForMemory } from './process-ending'
import { trainerPrograms, type TrainerProgram } from './trainer-programs'

/** Loading takes half a second; a machine that swaps may take many times that. */
const READY_WITHIN_MS = 60_000
/** Time that a process gets to end by itself before it is killed. */
const GRACE_MS = 2000
const TAIL_CHARACTERS = 2000

export interface ProcessTrainerOptions {
  /** Programs to try, one after another, until one starts. @default {@link trainerPrograms} */
  programs?: readonly TrainerProgram[]
  readyWithinMs?: number
  /** Variables of the process besides those of this one. @default none */
  environment?: NodeJS.ProcessEnv
}

/** A trainer that can be looked at from outside. */
export interface ProcessTrainer extends Trainer {
  /** The process's id; undefined before it has started. */
  pid(): number | undefined
  /** Ends the process at once; its calls fail then. */
  kill(): void
}

export function openProcessTrainer(options: ProcessTrainerOptions = {}): ProcessTrainer {
  const host = new TrainerProcess(options)
  const caller: Trainer = new Caller(host)
  return {
    call: (name, input, call) => caller.call(name, input, call),
    close: () => caller.close(),
    pid: () => host.pid(),
    kill: () => {
      host.kill()
    },
  }
}

class TrainerProcess implements Channel {
  private readonly untried: TrainerProgram[]
  private readonly readyWithinMs: number
  private readonly environment: NodeJS.ProcessEnv
  private readonly faults: string[] = []
  private child: ChildProcess | null = null
  private exited: Promise<void> = Promise.resolve()
  private ready = false
  private closing = false
  private waiting: unknown[] = []
  private tail = ''
  private onMessage: (message: unknown) => void = () => undefined
  private onEnd: (how: Failure) => void = () => undefined

  constructor(options: ProcessTrainerOptions) {
    const { programs = trainerPrograms(), readyWithinMs = READY_WITHIN_MS, environment = {} } = options
    this.untried = [...programs]
    this.environment = environment
    this.readyWithinMs = readyWithinMs
  }

  listen(onMessage: (message: unknown) => void, onEnd: (how: Failure) => void): void {
    this.onMessage = onMessage
    this.onEnd = onEnd
    this.startNext()
  }

  post(message: unknown): void {
    if (!this.ready || this.child === null) this.waiting.push(message)
    else if (this.child.connected) this.child.send(message as Serializable) // else it has ended: `exit` says so
  }

  async close(): Promise<void> {
    this.closing = true
    const { child } = this
    if (child === null) return
    if (child.connected) child.disconnect() // its signal to end
    const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    await this.exited
    clearTimeout(kill)
  }

  pid(): number | undefined {
    return this.child?.pid
  }

  kill(): void {
    this.child?.kill('SIGKILL')
  }

  private startNext(): void {
    const program = this.untried.shift()
    if (program === undefined) {
      this.onEnd(notStarted(this.faults))
      return
    }
    const oomKills = countOomKills()
    const child = forkProcess('trainer-process', program, this.environment)
    this.child = child
    this.tail = ''
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', this.hearText)
    const late = setTimeout(() => child.kill('SIGKILL'), this.readyWithinMs)
    child.on('message', (message) => {
      if (message === PROCESS_READY) {
        clearTimeout(late)
        this.becomeReady()
      } else this.onMessage(message)
    })
    this.exited = endOf(child).then(([code, signal, fault]) => {
      clearTimeout(late)
      const said = `${this.tail}${fault}`
      this.ended(program, { code, signal, said, oomKilled: countOomKills() > oomKills })
    })
  }

  private readonly hearText = (text: string): void => {
    process.stderr.write(text)
    this.tail = (this.tail + text).slice(-TAIL_CHARACTERS)
  }

  private becomeReady(): void {
    this.ready = true
    const waiting = this.waiting
    this.waiting = []
    for (const message of waiting) this.post(message)
  }

  private ended(program: TrainerProgram, ending: Ending): void {
    if (this.closing) return
    if (this.ready) {
      const code = wasForMemory(ending) ? 'trainer.memory' : 'trainer.crashed'
      this.onEnd({ code, message: describeEnding(ending) })
    } else {
      this.faults.push(`${program.name} (${program.executable}): ${describeEnding(ending)}`)
      this.startNext()
    }
  }
}

/**
 * How a process ended, after all its output has been read, and what kept it from starting, if anything. (Its event
 * `close` does not fire where this side closed the channel.)
 */
function endOf(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null, string]> {
  const streams = [child.stdout, child.stderr].flatMap((stream) => stream ?? [])
  const read = Promise.all(streams.map((stream) => new Promise((resolve) => stream.once('close', resolve))))
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      void read.then(() => {
        resolve([code, signal, ''])
      })
    })
    child.once('error', (error) => {
      if (child.pid === undefined) resolve([null, null, error.message])
    })
  })
}

function notStarted(faults: readonly string[]): Failure {
  return {
    code: 'trainer.no-start',
    message: `No trainer process could be started. Tried: ${faults.join(' ')}`,
    remedy:
      'Put Node 22 or 24 on the PATH, or let the trainer run in a thread of the app: Settings, Trainer, or MIDBENCH_TRAINER_HOST=thread.',
  }
}
