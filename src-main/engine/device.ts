/** What a job computes on: loads TensorFlow, refuses a device that was not asked for, and describes the device. */
import { MidbenchError } from '../errors'
import { findGraphicsCards } from '../native/device'
import { loadTensorflow, type Tensorflow } from '../native/tensorflow'
import type { RunConfig } from '../config/config.schema'
import { describeThreads } from '../thread-count'
import { measurePeak, ON_GPU, type Peak } from './peak-rate'

export interface Device {
  tensorflow: Tensorflow
  /** "CPU, 2 threads" or "NVIDIA H100 80GB HBM3". */
  label: string
  /** Type of the matrix products: the config's in the graph engine, float32 in the eager one. */
  dtype: RunConfig['dtype']
  /** The device's peak rate in that type. */
  peak: Peak
}

/**
 * Loads TensorFlow in this thread.
 *
 * @param threads null = as many as there are processors
 * @throws MidbenchError `device.unavailable`; what loadTensorflow throws
 */
export async function openDevice(
  config: Pick<RunConfig, 'device_type' | 'dtype' | 'engine'>,
  threads: number | null,
): Promise<Device> {
  const tensorflow = await loadTensorflow(threads === null ? {} : { threads })
  requireDevice(config.device_type, tensorflow.device)
  const dtype = config.engine === 'graph' ? config.dtype : 'float32'
  if (tensorflow.device === 'gpu') {
    const [card] = await findGraphicsCards()
    return { tensorflow, label: card?.name ?? 'GPU', dtype, peak: ON_GPU }
  }
  const label = `CPU, ${describeThreads(tensorflow.threads)}`
  return { tensorflow, label, dtype, peak: (await measurePeak(tensorflow, dtype)).peak }
}

/** @throws MidbenchError `device.unavailable` where TensorFlow was loaded with a device other than the wanted one */
export function requireDevice(wanted: RunConfig['device_type'], found: 'cpu' | 'gpu'): void {
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
