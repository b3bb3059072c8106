/**
 * `bench generate`: how fast a model decodes, beside what reading its weights once a token would take at the speed at
 * which this machine reads memory: the least that decoding one answer can take.
 */
import { availableParallelism } from 'node:os'

import type { GenerationBenchResult } from '../engine/trainer-calls'
import { modelOfDepth } from './bench-models'
import type { Command } from './command'
import { table } from './table'
import { jobWithBar } from './trainer-job'
import { optionalCount } from './usage'

/** The shape of `bench step`'s first line. */
const model = modelOfDepth(4, { sequence_len: 1024, vocab_size: 65_536 })

/** One line of the result. The names are an interface. */
interface GenerationFigures {
  dtype: 'float32' | 'bfloat16'
  depth: number
  vocab_size: number
  tok_per_sec: number
  ms_per_token: number
  weight_bytes: number
  bandwidth_gb_per_sec: number
  /** Milliseconds to read the weights once at that bandwidth. */
  ms_to_read_weights: number
  /** ms_per_token / ms_to_read_weights */
  ratio: number
}

export const command: Command = {
  name: 'bench generate',
  summary:
    'tokens/s of decoding, beside the machine’s own limit: reading the weights from memory once a token',
  usage: 'bench generate [--threads N] [--json]',
  options: { threads: { type: 'string' }, json: { type: 'boolean' } },

  async run(values, io) {
    const threads = optionalCount(values, 'threads', 1, availableParallelism())
    const results: GenerationFigures[] = []
    for (const dtype of ['float32', 'bfloat16'] as const) {
      const job = { dtype, model, threads }
      const result = await jobWithBar(io, (trainer, { onEvent: _, ...call }) =>
        trainer.call('benchGeneration', job, call),
      )
      results.push(figuresOf(dtype, result))
    }
    if (values['json'] === true) io.stdout(JSON.stringify({ results }))
    else for (const line of lines(results)) io.stdout(line)
    return 0
  },
}

function figuresOf(
  dtype: GenerationFigures['dtype'],
  { tokenMs, weightBytes, bandwidth }: GenerationBenchResult,
): GenerationFigures {
  const leastMs = (1000 * weightBytes) / bandwidth
  return {
    dtype,
    depth: model.n_layer,
    vocab_size: model.vocab_size,
    tok_per_sec: rounded(1000 / tokenMs, 1),
    ms_per_token: rounded(tokenMs, 3),
    weight_bytes: weightBytes,
    bandwidth_gb_per_sec: rounded(bandwidth / 1e9, 1),
    ms_to_read_weights: rounded(leastMs, 3),
    ratio: rounded(tokenMs / leastMs, 2),
  }
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

function lines(results: readonly GenerationFigures[]): string[] {
  return table(
    ['decoding', 'tokens/s', 'ms a token', 'weights MB', 'memory GB/s', 'ms to read them', 'ratio'],
    results.map((row) => [
      `d${row.depth} ${row.vocab_size} ${row.dtype}`,
      row.tok_per_sec.toFixed(0),
      row.ms_per_token.toFixed(2),
      (row.weight_bytes / 1e6).toFixed(1),
      row.bandwidth_gb_per_sec.toFixed(1),
      row.ms_to_read_weights.toFixed(2),
      row.ratio.toFixed(2),
    ]),
  )
}
