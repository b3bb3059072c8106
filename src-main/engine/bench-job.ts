/**
 * The `bench step` command in the trainer thread: how long the training step of a fresh model takes (forward, backward,
 * update), beside this machine's own matrix rates, measured just before and just after, or better rates that were seen
 * at rest.
 *
 * The result is the median of the measured steps, so that other work now and then does not change it. XLA's programs
 * are not taken from the cache on disk, so the compile time is that of a first run.
 */
import { flopsPerToken } from '../model/flops'
import { peakMemory } from '../native/process-memory'
import { loadTensorflow, type Tensorflow } from '../native/tensorflow'
import type { CallContext } from '../threads/calls'
import { freshEngine, madeUpBatch, madeUpSettings } from './made-up'
import { measurePeak } from './peak-rate'
import type { StepEngine } from './step-engine'
import type { BenchJob, BenchResult } from './trainer-calls'

/** Steps before the measured ones: the first compiles, the second settles its memory. */
const WARM_UP = 2
const LEAST_STEPS = 8
const MOST_STEPS = 100
/** Once there are enough steps, more are measured until this much time has passed. */
const LEAST_SECONDS = 8

/** @throws MidbenchError `graph.memory`; the signal's reason where it is cancelled */
export async function runBench(job: BenchJob, { progress, signal }: CallContext): Promise<BenchResult> {
  const tensorflow = await loadTensorflow({ threads: job.threads ?? undefined, keepPrograms: false })
  const before = await matrixRates(tensorflow)
  const engine = await freshEngine(job, tensorflow)
  try {
    const { first, seconds } = await timeSteps(engine, job, (done) => {
      signal.throwIfAborted()
      progress({ what: 'steps', done, total: WARM_UP + LEAST_STEPS, unit: 'steps' })
    })
    const peakMemoryBytes = peakMemory() ?? tensorflow.memory.usage().peakBytes
    const after = await matrixRates(tensorflow)
    const step = median(seconds)
    const tokPerSec = (job.batchSize * job.seqLen) / step
    return {
      tokPerSec,
      modelFlops: flopsPerToken(job.model) * tokPerSec,
      matrixFlops: {
        float32: Math.max(before.flops.float32, after.flops.float32),
        bfloat16: Math.max(before.flops.bfloat16, after.flops.bfloat16),
      },
      disturbance: after.disturbance,
      peakMemoryBytes,
      compileS: Math.max(0, first - step),
      steps: seconds.length,
    }
  } finally {
    engine.dispose()
  }
}

async function matrixRates(
  tensorflow: Tensorflow,
): Promise<{ flops: BenchResult['matrixFlops']; disturbance: string | null }> {
  const float32 = await measurePeak(tensorflow, 'float32')
  const bfloat16 = await measurePeak(tensorflow, 'bfloat16')
  return {
    flops: {
      float32: float32.peak.flops ?? float32.measured,
      bfloat16: bfloat16.peak.flops ?? bfloat16.measured,
    },
    disturbance: float32.peak.unknown ?? bfloat16.peak.unknown,
  }
}

/** @param onStep called before every step with the number of steps made; may throw to end it */
async function timeSteps(
  engine: StepEngine,
  job: BenchJob,
  onStep: (done: number) => void,
): Promise<{ first: number; seconds: number[] }> {
  const batch = madeUpBatch(job.model, job.batchSize, job.seqLen)
  const warmUp: number[] = []
  const seconds: number[] = []
  const enough = (): boolean =>
    seconds.length === MOST_STEPS || (seconds.length >= LEAST_STEPS && sum(seconds) >= LEAST_SECONDS)
  while (!enough()) {
    onStep(warmUp.length + seconds.length)
    const began = performance.now()
    await engine.step([batch], madeUpSettings)
    const list = warmUp.length < WARM_UP ? warmUp : seconds
    list.push((performance.now() - began) / 1000)
    await new Promise(setImmediate) // lets a cancel come in
  }
  return { first: warmUp[0] ?? NaN, seconds }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
