/**
 * Decides where the trainer of a run lives: as $MIDBENCH_TRAINER_HOST says, else as the person has chosen in Settings,
 * else as the self-test of this Electron found, which is made once for each pair of Electron and TensorFlow builds: soon
 * after the window has opened, and a run that is started meanwhile waits for it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'

import { byteSize } from '../byte-size'
import type { Settings, TrainerStatus } from '../contract/contract'
import { memoryLimit } from '../memory-limit'
import { tensorflowVersion } from '../native/installation'
import { readSelfTest, type SelfTestRecord, writeSelfTest } from '../native/self-test-record'
import type { Progress } from '../progress.schema'
import { deferTrainer } from '../runs/deferred-trainer'
import { openProcessTrainer } from '../runs/process-trainer'
import { type TestCommand, watchSelfTest } from '../runs/self-test'
import { openThreadTrainer } from '../runs/thread-trainer'
import { hostFromEnvironment, type OpenTrainer } from '../runs/trainer-host'
import type { TrainerHost } from '../runs/trainer-host.schema'
import { withTrainer } from '../runs/trainer-job'
import { trainerPrograms } from '../runs/trainer-programs'

/** Beside the block: the page, the trainer and what else the machine does. */
const MEMORY_BESIDE = 1.5 * 2 ** 30

export interface TrainerHostsOptions {
  /** Electron's version. */
  electron: string
  /** What starts the hidden instance, with a folder of its own. */
  command: (home: string) => TestCommand
  /** Size of the block that the self-test holds. */
  blockBytes: number
  /** The person's choice. */
  choice: () => Settings['trainer_host']
  changed: (status: TrainerStatus) => void
}

interface Call {
  signal: AbortSignal
  onProgress: (progress: Progress) => void
}

export class TrainerHosts {
  private record: SelfTestRecord | null
  /** Why no test could be made; empty where one could. */
  private skipped = ''
  private running: Promise<void> | null = null
  private readonly listening = new Set<Call['onProgress']>()
  private readonly ending = new AbortController()

  constructor(private readonly options: TrainerHostsOptions) {
    this.record = readSelfTest(options.electron)
  }

  /** Where the next run's trainer lives, and why. @throws MidbenchError `trainer.host` */
  status(): TrainerStatus {
    const [host, decided_by] = this.decide()
    const builds = `Electron ${this.options.electron} and TensorFlow ${tensorflowVersion}`
    return { host, decided_by, self_test: { ...this.found(), builds } }
  }

  /** Makes the self-test where the decision hangs on it and it has not been made. */
  async ensure(onProgress: Call['onProgress'] = () => undefined): Promise<void> {
    if (!this.isOpen()) return
    this.listening.add(onProgress)
    try {
      await this.testOnce(this.ending.signal)
    } finally {
      this.listening.delete(onProgress)
    }
  }

  /** Makes the self-test again. @throws the signal's reason after an abort; what was found before stands then */
  async test({ signal, onProgress }: Call): Promise<TrainerStatus> {
    this.listening.add(onProgress)
    try {
      await this.testOnce(AbortSignal.any([signal, this.ending.signal]))
    } finally {
      this.listening.delete(onProgress)
    }
    signal.throwIfAborted()
    return this.status()
  }

  /** A trainer where it is to be: what waits for the self-test says so in the run's progress. */
  readonly open: OpenTrainer = () =>
    deferTrainer(async (deciding) => {
      await this.ensure((progress) => {
        deciding.progress({ ...progress, what: `testing this Electron, once: ${progress.what}` })
      })
      const { host, decided_by, self_test } = this.status()
      if (host === 'thread') return openThreadTrainer()
      deciding.note(`The trainer runs in a process of its own: ${reasonOf(decided_by, self_test.reason)}`)
      const { program } = this.record ?? { program: null }
      return openProcessTrainer(program === null ? {} : { programs: [program, ...trainerPrograms()] })
    })

  /** Ends a test that is being made. */
  async close(): Promise<void> {
    this.ending.abort()
    await this.running?.catch(() => undefined)
  }

  // -------------------------------------------------------------- inside

  private decide(): [TrainerHost, TrainerStatus['decided_by']] {
    const wanted = hostFromEnvironment()
    if (wanted !== null) return [wanted, 'environment']
    const chosen = this.options.choice()
    if (chosen !== 'auto') return [chosen, 'settings']
    return [this.record?.passed === true ? 'thread' : 'process', 'self-test']
  }

  /** Whether the next run's place hangs on a test that has not been made. */
  private isOpen(): boolean {
    return this.decide()[1] === 'self-test' && this.record === null
  }

  private found(): Omit<TrainerStatus['self_test'], 'builds'> {
    const { record } = this
    if (this.running !== null) return { state: 'running', reason: '', at: null }
    if (record !== null) return { ...record, state: record.passed ? 'passed' : 'failed' }
    return { state: this.skipped === '' ? 'none' : 'skipped', reason: this.skipped, at: null }
  }

  /** One at a time: who asks while it is made waits for it. */
  private async testOnce(signal: AbortSignal): Promise<void> {
    this.running ??= this.make(signal).finally(() => {
      this.running = null
      this.changed()
    })
    this.changed()
    await this.running
  }

  private async make(signal: AbortSignal): Promise<void> {
    this.skipped = lackOfMemory(this.options.blockBytes + MEMORY_BESIDE)
    if (this.skipped !== '') return
    const home = await mkdtemp(join(tmpdir(), 'midbench-self-test-'))
    const call = { signal, onProgress: this.tellAll }
    try {
      const { passed, reason } = await watchSelfTest(this.options.command(home), call)
      const program = passed ? null : await this.firstThatHolds(call)
      this.record = { passed, reason, at: Date.now(), program }
      await writeSelfTest(this.options.electron, this.record)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    }
  }

  /** The first program that passes the same test in a process of its own; null where none does. */
  private async firstThatHolds(call: Call): Promise<SelfTestRecord['program']> {
    const test = { blockBytes: this.options.blockBytes, threads: null }
    for (const program of trainerPrograms()) {
      const openTrainer: OpenTrainer = () => openProcessTrainer({ programs: [program] })
      try {
        await withTrainer(openTrainer, (trainer) => trainer.call('selfTest', test, call))
        return program
      } catch {
        call.signal.throwIfAborted()
      }
    }
    return null
  }

  private readonly tellAll = (progress: Progress): void => {
    for (const tell of this.listening) tell(progress)
  }

  private changed(): void {
    this.options.changed(this.status())
  }
}

/** What is to be said where a test would take memory that is not there; empty where it is. */
function lackOfMemory(needed: number): string {
  const free = Math.min(freemem(), memoryLimit())
  return free >= needed ? '' : `It needs ${byteSize(needed)} of free memory, and ${byteSize(free)} are free.`
}

function reasonOf(decidedBy: TrainerStatus['decided_by'], reason: string): string {
  if (decidedBy === 'environment') return 'MIDBENCH_TRAINER_HOST says so.'
  if (decidedBy === 'settings') return 'Settings say so.'
  return `this Electron was not seen to hold TensorFlow. ${reason}`.trim()
}
