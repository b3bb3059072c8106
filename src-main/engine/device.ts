/** What a job computes on: loads TensorFlow, refuses a device that is not the one asked for, and says what it is. */
import { availableParallelism } from 'node:os'

import * as tf from '@tensorflow/tfjs-core'

import { MidbenchError } from '../errors'
import { findGraphicsCards } from '../native/device'
import { loadTensorflow, type Tensorflow } from '../native/tensorflow'
import type { RunConfig } from '../runs/config.schema'

export interface Device {
  tensorflow: Tensorflow
  /** "CPU, 2 threads" or "NVIDIA H100 80GB HBM3". */
  label: string
  /** FLOPs a second at its best in float32; null when not known. */
  peakFlops: number | null
}

/**
 * Loads TensorFlow in this thread.
 *
 * @param threads null = as many as there are processors
 * @throws MidbenchError `device.unavailable`; what loadTensorflow throws
 */
export async function openDevice(
  config: Pick<RunConfig, 'device_type'>,
  threads: number | null,
): Promise<Device> {
  const tensorflow = await loadTensorflow(threads === null ? {} : { threads })
  refuseOther(config.device_type, tensorflow.device)
  if (tensorflow.device === 'gpu') {
    const [card] = await findGraphicsCards()
    return { tensorflow, label: card?.name ?? 'GPU', peakFlops: null }
  }
  const count = threads ?? availableParallelism()
  const label = `CPU, ${String(count)} ${count === 1 ? 'thread' : 'threads'}`
  return { tensorflow, label, peakFlops: measurePeak() }
}

function refuseOther(wanted: RunConfig['device_type'], found: 'cpu' | 'gpu'): void {
  if (wanted === 'cuda' && found === 'cpu') {
    throw new MidbenchError({
      code: 'device.unavailable',
      message: 'device_type is "cuda", and TensorFlow sees no GPU here.',
      remedy: 'Run `midbench doctor` to see why, or set device_type to "cpu" or "".',
    })
  }
  if (wanted === 'cpu' && found === 'gpu') {
    throw new MidbenchError({
      code: 'device.unavailable',
      message: 'device_type is "cpu", and TensorFlow was loaded with a GPU.',
      remedy: 'Start Midbench with CUDA_VISIBLE_DEVICES=-1, or set device_type to "cuda" or "".',
    })
  }
}

const SIDE = 2048

/** FLOPs a second of the best of five float32 matrix products of 2048: what MFU on a CPU is measured against. 0.4 s. */
function measurePeak(): number {
  return tf.tidy(() => {
    const a = tf.fill([SIDE, SIDE], 0.5)
    const seconds = Array.from({ length: 5 }, () => {
      const started = performance.now()
      tf.matMul(a, a).dispose()
      return (performance.now() - started) / 1000
    })
    return (2 * SIDE ** 3) / Math.min(...seconds)
  })
}
