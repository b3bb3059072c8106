/**
 * Watches the app's self-test: a second, hidden instance of the app loads TensorFlow beside an open page, and reports
 * its progress on stdout, a JSON line each. However the instance ends, and even if it does not, the answer is a
 * sentence.
 */
import { spawn } from 'node:child_process'

import { z } from 'zod'

import type { SelfTestResult } from '../engine/trainer-calls'
import { progress, type Progress } from '../progress.schema'
import { describeEnding, type Ending } from './process-ending'
import { failure } from '../config/run.schema'
import { openThreadTrainer } from './thread-trainer'
import { withTrainer } from './trainer-job'

/** Compiling takes longest: 5 s on a machine at rest. */
const SILENCE_MS = 120_000
const TAIL_CHARACTERS = 2000

/** A line that the instance prints. */
export const selfTestLine = z.discriminatedUnion('type', [
  progress.extend({ type: z.literal('progress') }),
  z.object({
    type: z.literal('self-test'),
    result: z.object({ peakBytes: z.number(), losses: z.array(z.number()) }),
  }),
  z.object({ type: z.literal('failed'), failure }),
])
export type SelfTestLine = z.infer<typeof selfTestLine>

export interface TestCommand {
  executable: string
  args: readonly string[]
  /** Variables added to this process's own. */
  env: Readonly<Record<string, string | undefined>>
}

export interface SelfTestCall {
  signal: AbortSignal
  onProgress: (progress: Progress) => void
  /** An instance that prints nothing for this long counts as hung. @default two minutes */
  silenceMs?: number
}

/** What a test found. */
export interface SelfTestFinding {
  passed: boolean
  /** One sentence. */
  reason: string
}

/** @throws the signal's reason after an abort, when the instance has been ended */
export async function watchSelfTest(
  command: TestCommand,
  { signal, onProgress, silenceMs = SILENCE_MS }: SelfTestCall,
): Promise<SelfTestFinding> {
  signal.throwIfAborted()
  const child = spawn(command.executable, command.args, {
    env: { ...process.env, ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  const heard = new Heard(onProgress)
  const silence = new AbortController()
  const timer = setTimeout(() => {
    silence.abort()
    kill()
  }, silenceMs)
  child.stderr.setEncoding('utf8').on('data', (text: string) => heard.complain(text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    timer.refresh()
    heard.take(text)
  })
  try {
    const ending = await new Promise<Ending>((resolve) => {
      child.once('error', (error) => {
        resolve({ code: null, signal: null, said: error.message, oomKilled: false })
      })
      child.once('close', (code, by) => {
        resolve({ code, signal: by, said: heard.complaints, oomKilled: false })
      })
    })
    signal.throwIfAborted()
    return finding(heard, ending, silence.signal.aborted ? silenceMs : null)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
  }
}

/** The instance's part: runs the test in a trainer thread of this process. @throws MidbenchError what it failed with */
export function selfTestHere(
  blockBytes: number,
  onProgress: SelfTestCall['onProgress'],
): Promise<SelfTestResult> {
  return withTrainer(openThreadTrainer, (trainer) =>
    trainer.call('selfTest', { blockBytes, threads: null }, { onProgress }),
  )
}

/** What the instance has said so far. */
class Heard {
  complaints = ''
  /** What it was last doing. */
  what = 'starting'
  answer: Exclude<SelfTestLine, { type: 'progress' }> | null = null
  private rest = ''

  constructor(private readonly onProgress: SelfTestCall['onProgress']) {}

  complain(text: string): void {
    this.complaints = (this.complaints + text).slice(-TAIL_CHARACTERS)
  }

  take(text: string): void {
    const lines = (this.rest + text).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) {
      const parsed = parseLine(line)
      if (parsed === null) this.complain(`${line}\n`)
      else if (parsed.type === 'progress') {
        this.what = parsed.what
        this.onProgress(parsed)
      } else this.answer = parsed
    }
  }
}

function parseLine(line: string): SelfTestLine | null {
  try {
    return selfTestLine.parse(JSON.parse(line))
  } catch {
    return null // other output of the program
  }
}

function finding({ answer, what }: Heard, ending: Ending, silentMs: number | null): SelfTestFinding {
  if (answer?.type === 'self-test') {
    const gigabytes = (answer.result.peakBytes / 1e9).toFixed(1)
    const steps = String(answer.result.losses.length)
    return { passed: true, reason: `It held ${gigabytes} GB and trained ${steps} steps beside an open page.` }
  }
  if (answer?.type === 'failed') return { passed: false, reason: answer.failure.message }
  if (silentMs !== null) {
    return { passed: false, reason: `It said nothing for ${String(silentMs / 1000)} s while ${what}.` }
  }
  return { passed: false, reason: describeEnding(ending, 'It', what) }
}
