/**
 * The peak that MFU is measured against: the best matrix rate that this device ever showed at rest, kept in the cache
 * folder for each device, number format, number of threads and build of TensorFlow.
 *
 * A rate measured beside other programs never lowers it. Where none was ever measured at rest the peak is not known: an
 * MFU against a disturbed rate would say 88 % where the machine gives half. The file can be deleted at any time; a
 * damaged one is started anew, and where it cannot be written, only the next run's knowledge is lost.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { makeFile } from '../files/durable'
import { holding } from '../files/lock'
import { describeProcessor } from '../native/device'
import { type MatrixRate, matrixRate } from '../native/matrix-rate'
import { cacheDir } from '../native/paths'
import type { Tensorflow } from '../native/tensorflow'
import type { RunConfig } from '../config/config.schema'

/** The longest wait for another process that is writing its rate. */
const LOCK_MS = 2000

const keptRate = z.strictObject({
  /** The processor's name with its instruction sets. */
  device: z.string(),
  dtype: z.enum(['float32', 'bfloat16']),
  threads: z.int().min(1),
  /** Version and build: "2.21.0 cpu". */
  tensorflow: z.string(),
  /** FLOPs a second. */
  flops: z.number().positive(),
  /** Milliseconds since 1970. */
  measured_at: z.number(),
})
const keptRates = z.strictObject({
  format: z.literal('midbench-matrix-rates-1'),
  rates: z.array(keptRate),
})

/** What a rate is kept for. */
export type RateKey = Pick<z.infer<typeof keptRate>, 'device' | 'dtype' | 'threads' | 'tensorflow'>

/** The device's peak FLOPs a second, or why it is not known. */
export type Peak = { flops: number; unknown: null } | { flops: null; unknown: string }

export const ON_GPU: Peak = { flops: null, unknown: 'a GPU’s is not measured' }

/**
 * Measures the processor's rate, which takes half a second, and gives the peak that is known of it.
 *
 * @returns `measured`: the rate just measured, in FLOPs a second
 */
export async function measurePeak(
  tensorflow: Tensorflow,
  dtype: RunConfig['dtype'],
): Promise<{ measured: number; peak: Peak }> {
  if (tensorflow.device === 'gpu') return { measured: matrixRate(tensorflow, dtype).flops, peak: ON_GPU }
  const rate = matrixRate(tensorflow, dtype)
  return { measured: rate.flops, peak: await peakAfter(rateKey(tensorflow, dtype), rate) }
}

/** The key of a rate measured in this process. */
function rateKey(
  { threads, version, installation }: Pick<Tensorflow, 'threads' | 'version' | 'installation'>,
  dtype: RunConfig['dtype'],
): RateKey {
  const { model, instructionSets } = describeProcessor()
  const device = `${model} (${instructionSets.join(' ')})`
  return { device, dtype, threads, tensorflow: `${version} ${installation.variant}` }
}

/**
 * The peak after a measurement, which is stored where it is the best.
 *
 * @param file @default in the cache folder
 */
export async function peakAfter(
  key: RateKey,
  { flops, disturbance }: MatrixRate,
  file = join(cacheDir(), 'matrix-rates.json'),
): Promise<Peak> {
  const kept = find(await readRates(file), key)?.flops
  if (kept === undefined && disturbance !== null) return { flops: null, unknown: disturbance }
  if (kept !== undefined && kept >= flops) return { flops: kept, unknown: null }
  await keep(file, { ...key, flops, measured_at: Date.now() }).catch(() => undefined)
  return { flops, unknown: null }
}

type KeptRate = z.infer<typeof keptRate>

/** Checks again before writing: another process may have stored a better rate meanwhile. */
async function keep(file: string, rate: KeptRate): Promise<void> {
  await holding(`${file}.lock`, { signal: AbortSignal.timeout(LOCK_MS) }, async () => {
    const rates = await readRates(file)
    const before = find(rates, rate)
    if (before !== undefined && before.flops >= rate.flops) return
    const contents = {
      format: 'midbench-matrix-rates-1',
      rates: [...rates.filter((each) => each !== before), rate],
    }
    await makeFile(file, `${JSON.stringify(contents, null, 2)}\n`)
  })
}

async function readRates(file: string): Promise<KeptRate[]> {
  try {
    return keptRates.parse(JSON.parse(await readFile(file, 'utf8'))).rates
  } catch {
    return []
  }
}

function find(
  rates: readonly KeptRate[],
  { device, dtype, threads, tensorflow }: RateKey,
): KeptRate | undefined {
  return rates.find(
    (rate) =>
      rate.device === device &&
      rate.dtype === dtype &&
      rate.threads === threads &&
      rate.tensorflow === tensorflow,
  )
}
