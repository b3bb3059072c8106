/**
 * Decides where a run's trainer runs: where $MIDBENCH_TRAINER_HOST says, else where the person chose in Settings, else
 * where the self-test of this Electron says. The self-test runs once for each pair of Electron and TensorFlow builds,
 * soon after the window has opened; a run that is started meanwhile waits for it.
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

/** Memory needed besides the block: for the page, the trainer and other work on the machine. */
const MEMORY_BESIDE = 1.5 * 2 ** 30

export interface TrainerHostsOptions {
  /** Electron's version. */
  electron: string
  /** The command that starts the hidden instance, with a folder of its own. */
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

/** What decides where trainers run. */
export type Hosts = Pick<TrainerHosts, 'status' | 'ensure' | 'test' | 'open' | 'close'>

export class TrainerHosts {
  private record: SelfTestRecord | null
  /** Why the test could not be run; empty where it could. */
  private skipped = ''
  private running: Promise<void> | null = null
  private readonly listening = new Set<Call['onProgress']>()
  private readonly ending = new AbortController()

  constructor(private readonly options: TrainerHostsOptions) {
    this.record = readSelfTest(options.electron)
  }

  /** Where the next run's trainer will run, and why. @throws MidbenchError `trainer.host` */
  status(): TrainerStatus {
    const [host, decided_by] = this.decide()
    const builds = `Electron ${this.options.electron} and TensorFlow ${tensorflowVersion}`
    return { host, decided_by, self_test: { ...this.found(), builds } }
  }

  /** Runs the self-test if the choice depends on it and it has not run yet. */
  async ensure(onProgress: Call['onProgress'] = () => undefined): Promise<void> {
    if (!this.isOpen()) return
    this.listening.add(onProgress)
    try {
      await this.testOnce(this.ending.signal)
    } finally {
      this.listening.delete(onProgress)
    }
  }

  /** Runs the self-test again. @throws the signal's reason after an abort; the earlier result then stays */
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

  /** Opens a trainer in the right place; while that waits for the self-test, the run's progress says so. */
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

  /** Ends a running test. */
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

  /** Whether the next run's place depends on a test that has not run yet. */
  private isOpen(): boolean {
    return this.decide()[1] === 'self-test' && this.record === null
  }

  private found(): Omit<TrainerStatus['self_test'], 'builds'> {
    const { record } = this
    if (this.running !== null) return { state: 'running', reason: '', at: null }
    if (record !== null) return { ...record, state: record.passed ? 'passed' : 'failed' }
    return { state: this.skipped === '' ? 'none' : 'skipped', reason: this.skipped, at: null }
  }

  /** Runs one test at a time: a caller that comes meanwhile waits for it. */
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

  /** The first program that passes the same test as a separate process; null where none does. */
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

/** A message where the test needs more memory than there is; empty where there is enough. */
function lackOfMemory(needed: number): string {
  const free = Math.min(freemem(), memoryLimit())
  return free >= needed ? '' : `It needs ${byteSize(needed)} of free memory, and ${byteSize(free)} are free.`
}

function reasonOf(decidedBy: TrainerStatus['decided_by'], reason: string): string {
  if (decidedBy === 'environment') return 'MIDBENCH_TRAINER_HOST says so.'
  if (decidedBy === 'settings') return 'Settings say so.'
  return `this Electron was not seen to hold TensorFlow. ${reason}`.trim()
}
