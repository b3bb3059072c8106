/**
 * The `bench generate` command in the trainer thread: how long a fresh model takes to decode a token, beside what
 * reading its weights once would take at the speed at which this machine reads memory.
 *
 * Tokens and memory are measured in turns, so that both have the same share of a busy machine; each is the median of
 * its turns.
 */
import type { FloatArray } from '../checkpoint/types'
import type { ModelConfig } from '../model/config.schema'
import { initParameters } from '../model/init'
import { parameterShapes } from '../model/parameters'
import { DType } from '../native/graph-def'
import { loadTensorflow, type TensorflowBinding } from '../native/tensorflow'
import type { CallContext } from '../threads/calls'
import { isMultiplied } from './generation/generation-weights'
import { GenerationSession } from './generation/generation-session'
import type { GenerationBenchJob, GenerationBenchResult } from './trainer-calls'

const TURNS = 40
/** Tokens that are decoded at a turn. */
const TOKENS = 4
const PROMPT = 64
/** Floats that are read at a turn, 256 MB: more than any cache holds. */
const READ_FLOATS = 2 ** 26

/** @throws MidbenchError `graph.memory`; the signal's reason where it is cancelled */
export async function runGenerationBench(
  { model, dtype, threads }: GenerationBenchJob,
  { progress, signal }: CallContext,
): Promise<GenerationBenchResult> {
  const tensorflow = await loadTensorflow(threads === null ? {} : { threads })
  const session = new GenerationSession(tensorflow, { model, dtype }, freshParameters(model))
  let memory: MemoryReader | null = null
  try {
    memory = new MemoryReader(tensorflow.binding)
    await session.begin(new Int32Array(PROMPT), 1, signal)
    for (let i = 0; i < TOKENS; i++) session.next(Int32Array.of(i))
    const tokens: number[] = []
    const reads: number[] = []
    for (let turn = 0; turn < TURNS; turn++) {
      progress({ what: 'decoding', done: turn, total: TURNS, unit: 'turns' })
      await new Promise(setImmediate) // lets a cancel come in
      signal.throwIfAborted()
      reads.push(memory.read())
      for (let i = 0; i < TOKENS; i++) tokens.push(timed(() => session.next(Int32Array.of(i))))
    }
    return {
      tokenMs: median(tokens),
      weightBytes: weightBytes(model, dtype),
      bandwidth: (4 * READ_FLOATS) / (median(reads) / 1000),
    }
  } finally {
    memory?.dispose()
    session.dispose()
  }
}

function freshParameters(model: ModelConfig): Map<string, FloatArray> {
  const shapes = parameterShapes(model)
  return new Map(
    [...initParameters(model, 1)].map(([name, data]) => [name, { shape: shapes.get(name) ?? [], data }]),
  )
}

/** Bytes of the weights that every token is multiplied by. */
function weightBytes(model: ModelConfig, dtype: GenerationBenchJob['dtype']): number {
  const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)
  const read = [...parameterShapes(model)].filter(([name, shape]) => isMultiplied(name, shape))
  return read.reduce((sum, [, shape]) => sum + size(shape), 0) * (dtype === 'float32' ? 4 : 2)
}

/** Reads a block of memory with all threads, by an operation that does nothing else worth mention: its maximum. */
class MemoryReader {
  private readonly block: number
  private readonly axis: number

  constructor(private readonly binding: TensorflowBinding) {
    this.block = binding.createTensor([READ_FLOATS], DType.float32, new Float32Array(READ_FLOATS).fill(1))
    this.axis = binding.createTensor([1], DType.int32, Int32Array.of(0))
  }

  /** Milliseconds of one reading. */
  read(): number {
    const { TF_ATTR_TYPE, TF_ATTR_BOOL } = this.binding
    const attributes = [
      { name: 'T', type: TF_ATTR_TYPE, value: DType.float32 },
      { name: 'Tidx', type: TF_ATTR_TYPE, value: DType.int32 },
      { name: 'keep_dims', type: TF_ATTR_BOOL, value: false },
    ]
    return timed(() => {
      const [most] = this.binding.executeOp('Max', attributes, [this.block, this.axis], 1)
      if (most === undefined) return
      this.binding.tensorDataSync(most.id)
      this.binding.deleteTensor(most.id)
    })
  }

  dispose(): void {
    for (const id of [this.block, this.axis]) this.binding.deleteTensor(id)
  }
}

function timed(run: () => unknown): number {
  const began = performance.now()
  run()
  return performance.now() - began
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
