/**
 * Runs cases in a process of their own, one after another, with limits: ten seconds and a gigabyte of memory a case. A
 * process that dies, hangs or grows is ended, and that is the case's finding; the next case gets a new one.
 *
 * A case is its reader, seed and number: the same three give the same damaged input on every machine.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { z } from 'zod'
import { type FuzzCase, verdict, type Verdict } from './protocol'
import { readers } from './readers/all'

const CASE_SECONDS = 10
const MEMORY_LIMIT = 2 ** 30
/** The first case of a process waits for its start and the reader's valid input. */
const START_SECONDS = 60
const MEMORY_LOOK_MS = 50
/** A process is replaced after so many cases, so that what one leaves behind cannot hide. */
const CASES_A_PROCESS = 1_000
const HOME_PREFIX = 'midbench-fuzz-'

export interface Judged extends FuzzCase {
  what: string
  fault: string | null
  code: string | null
}

const begun = z.strictObject({ type: z.literal('begun'), what: z.string() })
const message = z.union([begun, verdict])

export class FuzzHarness {
  private child: ChildProcess | undefined
  private home: string | undefined
  private cases = 0
  private stderr = ''

  static get readers(): string[] {
    return readers.map(({ name }) => name)
  }

  async run(one: FuzzCase): Promise<Judged> {
    if (this.cases >= CASES_A_PROCESS) await this.close()
    const child = this.start()
    this.cases++
    const { what, fault, code } = await this.verdictOf(child, one)
    return { ...one, what, fault, code }
  }

  async close(): Promise<void> {
    const { child, home } = this
    this.child = undefined
    this.home = undefined
    this.cases = 0
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    }
    if (home !== undefined) rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }

  private start(): ChildProcess {
    if (this.child !== undefined) return this.child
    this.home = mkdtempSync(join(tmpdir(), HOME_PREFIX))
    this.stderr = ''
    const child = fork(join(import.meta.dirname, 'child.ts'), [this.home], {
      execArgv: ['--import', 'tsx', '--max-old-space-size=768'],
      env: { ...process.env, MIDBENCH_HOME: this.home, TMPDIR: this.home },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (this.stderr = (this.stderr + chunk.toString()).slice(-2_000)),
    )
    this.child = child
    return child
  }

  /** What the process says of a case, or what became of the process. */
  private verdictOf(child: ChildProcess, one: FuzzCase): Promise<Pick<Verdict, 'what' | 'fault' | 'code'>> {
    return new Promise((resolve) => {
      let what = 'before it began'
      const end = (fault: string): void => {
        settle({ what, fault, code: null })
        void this.close()
      }
      let timer = setTimeout(() => end('it did not begin'), START_SECONDS * 1000)
      const memory = setInterval(() => {
        const bytes = residentBytes(child.pid)
        if (bytes > MEMORY_LIMIT) end(`${Math.round(bytes / 2 ** 20)} MiB of memory`)
      }, MEMORY_LOOK_MS)
      const onMessage = (raw: unknown): void => {
        const heard = message.parse(raw)
        if (heard.type === 'verdict') settle(heard)
        else {
          what = heard.what
          clearTimeout(timer)
          timer = setTimeout(() => end(`no answer within ${CASE_SECONDS} s`), CASE_SECONDS * 1000)
        }
      }
      const onExit = (code: number | null, signal: string | null): void => {
        end(`the process ended (${signal ?? String(code)}): ${this.stderr.slice(-600)}`)
      }
      const settle = (result: Pick<Verdict, 'what' | 'fault' | 'code'>): void => {
        clearTimeout(timer)
        clearInterval(memory)
        child.off('message', onMessage)
        child.off('exit', onExit)
        resolve(result)
      }
      child.on('message', onMessage)
      child.once('exit', onExit)
      child.send(one)
    })
  }
}

/** Main memory of a process; 0 where it is gone. */
function residentBytes(pid: number | undefined): number {
  try {
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]
    return Number(kilobytes ?? 0) * 1024
  } catch {
    return 0
  }
}

/** One line a finding, with what repeats it. */
export function describe({ reader, seed, number, what, fault }: Judged): string {
  return `${reader} ${number}: ${fault ?? 'right'}\n    ${what}\n    npm run fuzz -- --reader ${reader} --seed ${seed} --case ${number}`
}
