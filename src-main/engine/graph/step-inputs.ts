/** What the runs of a training graph are given, as the graph takes it. */
import { type ConstantValue, DType } from '../../native/graph-def'
import type { StepSettings, TokenBatch } from '../step-engine'
import { inputNames } from './step-graph'

type Inputs = Record<string, ConstantValue>

/** Of a micro-batch, and of an evaluation. */
export function batchInputs({ batchSize, seqLen, inputs, targets }: TokenBatch): Inputs {
  const shape = [batchSize, seqLen]
  return {
    [inputNames.inputs]: { dtype: DType.int32, shape, data: inputs },
    [inputNames.targets]: { dtype: DType.int32, shape, data: targets },
  }
}

/** Of a micro-batch of which the tasks are told apart. */
export function taskInput({ batchSize, seqLen, tasks }: TokenBatch): Inputs {
  const data = tasks ?? new Int32Array(batchSize * seqLen).fill(-1)
  return { [inputNames.tasks]: { dtype: DType.int32, shape: [batchSize, seqLen], data } }
}

/** Of an update. */
export function settingsInputs({ lrMultiplier, momentum }: StepSettings, microBatches: number): Inputs {
  return {
    [inputNames.share]: scalar(1 / microBatches),
    [inputNames.lrMultiplier]: scalar(lrMultiplier),
    [inputNames.momentum]: scalar(momentum),
  }
}

function scalar(value: number): ConstantValue {
  return { dtype: DType.float32, shape: [], data: Float32Array.of(value) }
}
