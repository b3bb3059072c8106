/**
 * One measurement of `bench step` in a process of its own: TensorFlow frees its memory regions only when the process
 * ends, and a step that runs out of memory may end the process.
 *
 * The process is the command line itself, started like this one, with the measurement in `--only`; it answers with one
 * line on stdout.
 */
import { spawn } from 'node:child_process'

import { z } from 'zod'

import type { BenchJob, BenchResult } from '../engine/trainer-calls'
import { MidbenchError } from '../errors'
import { modelConfig } from '../model/config.schema'
import { parseJson } from '../config/config'
import type { CommandIo } from './command'
import { jobWithBar } from './trainer-job'
import { usageError } from './usage'

const benchSetting = z.strictObject({
  engine: z.enum(['graph', 'eager']),
  dtype: z.enum(['float32', 'bfloat16']),
  model: modelConfig,
  batchSize: z.int().min(1),
  seqLen: z.int().min(1),
  threads: z.int().min(1).nullable(),
})

const benchResult: z.ZodType<BenchResult> = z.strictObject({
  tokPerSec: z.number(),
  modelFlops: z.number(),
  matrixFlops: z.strictObject({ float32: z.number(), bfloat16: z.number() }),
  disturbance: z.string().nullable(),
  peakMemoryBytes: z.number(),
  compileS: z.number(),
  steps: z.int(),
})

/**
 * Measures in a new process, whose progress and error messages go to this one's stderr.
 *
 * @throws MidbenchError `bench.failed`; `cancelled` after Ctrl-C
 */
export async function measureApart(setting: BenchJob, signal: AbortSignal): Promise<BenchResult> {
  const [, script = ''] = process.argv
  const args = [...process.execArgv, script, 'bench', 'step', '--only', JSON.stringify(setting)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const interrupt = (): void => void child.kill('SIGINT')
  signal.addEventListener('abort', interrupt)
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = await new Promise<string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, killedBy) => {
      resolve(killedBy ?? String(code))
    })
  })
  signal.removeEventListener('abort', interrupt)
  if (signal.aborted) throw new MidbenchError({ code: 'cancelled', message: 'The benchmark was stopped.' })
  if (ended === '0') return benchResult.parse(parseJson(said, 'the measurement'))
  throw new MidbenchError({
    code: 'bench.failed',
    message: `The process of the measurement ended with ${ended}.`,
    remedy: 'Ended with SIGKILL, it most likely ran out of memory: lower device_batch_size or max_seq_len.',
  })
}

/**
 * The other process's part: measures in a trainer thread, as in training, and prints the result.
 *
 * @throws MidbenchError `usage` where the setting is not valid
 */
export async function measureHere(setting: string, io: CommandIo): Promise<void> {
  const { success, data: job } = benchSetting.safeParse(parseJson(setting, '--only'))
  if (!success) throw usageError('--only is no setting; the command gives it to its own processes.')
  const result = await jobWithBar(io, (trainer, { onEvent: _, ...call }) => trainer.call('bench', job, call))
  io.stdout(JSON.stringify(result))
}
