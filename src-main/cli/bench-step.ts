/**
 * `bench step`: tokens/s and model FLOPs/s of the training step (forward, backward, update), for each engine, beside
 * the rate of this machine's matrix products in the same library.
 *
 * Without a config it measures two shapes: depth 4 with a vocabulary of 65536, and the starter project's; with one, the
 * shape of that run. The engine runs in a trainer thread, as in training, and each measurement in a process of its own
 * (bench-process.ts). This takes about two and a half minutes on two cores.
 */
import { availableParallelism } from 'node:os'

import type { BenchJob, BenchResult } from '../engine/trainer-calls'
import { MidbenchError } from '../errors'
import { memoryLimit } from '../memory-limit'
import { dataDir } from '../native/paths'
import type { RunConfig } from '../config/config.schema'
import { predictMemory } from '../runs/derive'
import { gatherFacts } from '../runs/preflight-facts'
import { describeThreads, threadCount } from '../thread-count'
import { modelOfDepth } from './bench-models'
import { measureApart, measureHere } from './bench-process'
import type { Command, CommandIo } from './command'
import { loadConfig } from './load-config'
import { table } from './table'
import { optionalCount, optionalString } from './usage'

/** `--only` is for the processes that the command starts itself. */
const usage = 'bench step [--config F | --only SETTING] [--threads N] [--json]'

type Setting = Omit<BenchJob, 'threads'>

/** One line of the result. The names are an interface. */
interface StepFigures {
  engine: BenchJob['engine']
  depth: number
  device_batch_size: number
  max_seq_len: number
  vocab_size: number
  /** Type of the matrix products as computed. */
  dtype: BenchJob['dtype']
  tok_per_sec: number
  model_gflops: number
  ratio_of_bf16_matmul: number
  peak_memory_bytes: number
  compile_s: number
}

interface BenchFigures {
  matmul: { float32_gflops: number; bfloat16_gflops: number }
  results: StepFigures[]
}

export const command: Command = {
  name: 'bench step',
  summary: 'tokens/s and model FLOPs/s of the training step, beside the machine’s own matrix rates',
  usage,
  options: {
    config: { type: 'string' },
    threads: { type: 'string' },
    json: { type: 'boolean' },
    only: { type: 'string' },
  },

  async run(values, io) {
    const only = optionalString(values, 'only')
    if (only !== null) {
      await measureHere(only, io)
      return 0
    }
    const config = optionalString(values, 'config')
    const threads = optionalCount(values, 'threads', 1, availableParallelism())
    const count = threadCount(threads) // refused here, it gives one message instead of one for each measurement
    const settings = config === null ? presets() : await settingsOf(config, io)
    const { figures, disturbance } = await bench(fitting(settings, io), threads, io)
    if (disturbance !== null) io.stderr(disturbed(disturbance))
    if (values['json'] === true) io.stdout(JSON.stringify(figures))
    else for (const line of figureLines(figures, count, disturbance === null)) io.stdout(line)
    return 0
  },
}

// ---------------------------------------------------------------------------------------------- what is measured

function presets(): Setting[] {
  const large = { model: modelOfDepth(4, { sequence_len: 1024, vocab_size: 65_536 }), batchSize: 4 }
  const starter = {
    model: modelOfDepth(4, { sequence_len: 512, vocab_size: 4096, window_pattern: 'SSSL' }),
    batchSize: 8,
  }
  return [
    { ...large, seqLen: 1024, engine: 'graph', dtype: 'bfloat16' },
    { ...starter, seqLen: 512, engine: 'graph', dtype: 'bfloat16' },
    { ...starter, seqLen: 512, engine: 'graph', dtype: 'float32' },
    { ...starter, seqLen: 512, engine: 'eager', dtype: 'float32' },
    { ...large, seqLen: 1024, engine: 'eager', dtype: 'float32' },
  ]
}

/** The run's shape, in the graph engine with the run's precision, and in the eager engine. */
async function settingsOf(path: string, io: CommandIo): Promise<Setting[]> {
  const { config, baseDir } = await loadConfig(path, io)
  const { base } = await gatherFacts(config, baseDir, dataDir())
  if (base instanceof MidbenchError) throw base
  if (base === null)
    throw new MidbenchError({ code: 'checkpoint.missing', message: 'There is no base model.' })
  const shape = {
    model: base.config,
    batchSize: config.device_batch_size,
    seqLen: config.max_seq_len,
  }
  return [
    { ...shape, engine: 'graph', dtype: config.dtype },
    { ...shape, engine: 'eager', dtype: 'float32' },
  ]
}

/** Settings that fit in this machine's memory; others are named. @throws MidbenchError `bench.memory` if none does */
function fitting(settings: readonly Setting[], io: CommandIo): Setting[] {
  const fits = settings.filter((setting) => {
    const bytes = predictMemory(setting.engine, setting.model, setting.batchSize * setting.seqLen)
    if (bytes <= memoryLimit()) return true
    io.stderr(`${titleOf(setting)} is left out: it would take about ${gigabytes(bytes)} of memory.`)
    return false
  })
  if (fits.length > 0) return fits
  throw new MidbenchError({
    code: 'bench.memory',
    message: `No step of this shape fits in the ${gigabytes(memoryLimit())} that it may take here.`,
    remedy: 'Lower device_batch_size or max_seq_len.',
  })
}

// ---------------------------------------------------------------------------------------------- measuring

async function bench(
  settings: readonly Setting[],
  threads: number | null,
  io: CommandIo,
): Promise<{ figures: BenchFigures; disturbance: string | null }> {
  const measured: { setting: Setting; result: BenchResult }[] = []
  for (const [i, setting] of settings.entries()) {
    io.stderr(`[${String(i + 1)}/${String(settings.length)}] ${titleOf(setting)}`)
    const result = await measureApart({ ...setting, threads }, io.signal)
    io.stderr(`    ${resultText(result)}`)
    measured.push({ setting, result })
  }
  const best = (dtype: RunConfig['dtype']): number =>
    Math.max(...measured.map(({ result }) => result.matrixFlops[dtype]))
  const bfloat16 = best('bfloat16')
  const figures = {
    matmul: { float32_gflops: rounded(best('float32') / 1e9), bfloat16_gflops: rounded(bfloat16 / 1e9) },
    results: measured.map(({ setting, result }) => figuresOf(setting, result, bfloat16)),
  }
  return { figures, disturbance: measured.at(-1)?.result.disturbance ?? null }
}

function figuresOf(setting: Setting, result: BenchResult, bfloat16Flops: number): StepFigures {
  return {
    engine: setting.engine,
    depth: setting.model.n_layer,
    device_batch_size: setting.batchSize,
    max_seq_len: setting.seqLen,
    vocab_size: setting.model.vocab_size,
    dtype: setting.dtype,
    tok_per_sec: rounded(result.tokPerSec),
    model_gflops: rounded(result.modelFlops / 1e9),
    ratio_of_bf16_matmul: rounded(result.modelFlops / bfloat16Flops, 4),
    peak_memory_bytes: result.peakMemoryBytes,
    compile_s: rounded(result.compileS, 2),
  }
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}

// ---------------------------------------------------------------------------------------------- in words

function titleOf({ engine, dtype, model, batchSize, seqLen }: Setting): string {
  const shape = `${String(batchSize)}×${String(seqLen)}, vocabulary ${String(model.vocab_size)}`
  return `depth ${String(model.n_layer)}, ${shape}, ${engine}, ${dtype}`
}

function resultText({ tokPerSec, modelFlops, compileS, peakMemoryBytes, steps }: BenchResult): string {
  const speed = `${whole(tokPerSec)} tokens/s, ${whole(modelFlops / 1e9)} GFLOPS`
  return `${speed} (median of ${String(steps)} steps); ${compileS.toFixed(1)} s to compile, ${gigabytes(peakMemoryBytes)}`
}

function disturbed(why: string): string {
  return `The machine's own matrix rates are not known (${why}): those given are the best that was reached, and say nothing of how near the steps come to the machine's own.`
}

/** @param atRest whether the machine was ever seen at rest; if not, no ratio is shown */
function figureLines({ matmul, results }: BenchFigures, threads: number, atRest: boolean): string[] {
  return [
    ...table(
      ['step', 'tokens/s', 'GFLOPS', 'of bfloat16', 'compile s', 'peak GB'],
      results.map((row) => [
        `d${String(row.depth)} ${String(row.device_batch_size)}×${String(row.max_seq_len)} ${String(row.vocab_size)} ${row.engine} ${row.dtype}`,
        whole(row.tok_per_sec),
        whole(row.model_gflops),
        atRest ? `${(100 * row.ratio_of_bf16_matmul).toFixed(1)} %` : 'not known',
        row.compile_s.toFixed(1),
        (row.peak_memory_bytes / 1e9).toFixed(2),
      ]),
    ),
    `this machine's matrix products (2048³, ${describeThreads(threads)}): ` +
      `${whole(matmul.float32_gflops)} GFLOPS in float32, ${whole(matmul.bfloat16_gflops)} in bfloat16`,
  ]
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`
}
