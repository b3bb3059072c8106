/**
 * The step engine that runs tfjs operations one by one. It is slow, and the standard that a compiled engine is compared
 * with. It computes in float32, as the reference does on a CPU.
 *
 * Ownership: the engine holds one tensor for each parameter and each optimizer entry, from importState to dispose. A
 * step makes new ones and disposes of the old ones only when all new ones are made, so a step that fails changes
 * nothing. Everything else lives inside tf.tidy, which frees it when an operation throws as well.
 */
import * as tf from '@tensorflow/tfjs-core'

import type { FloatArray } from '../checkpoint/types'
import type { Measured } from '../config/step-figures.schema'
import type { ModelConfig } from '../model/config.schema'
import { lossAndGradients, lossPerToken } from '../model/loss'
import { memoryFailure } from '../native/memory-failure'
import type { ParameterGroup } from '../optimizers/groups'
import { initOptimizer, updateOptimizer, type OptimizerOptions } from '../optimizers/optimizer'
import { named } from '../optimizers/state'
import { measuredStep, measureStep } from './measure'
import {
  checkedBatches,
  type EngineState,
  type StepEngine,
  type StepResult,
  type StepSettings,
  type TokenBatch,
} from './step-engine'
import { addedSums, readSums, type TaskSum, taskSums } from './task-sums'
import { disposeAll, tidyMap, tidyMapAnd } from './tensor-maps'

type Tensors = ReadonlyMap<string, tf.Tensor>

export interface EagerEngineOptions extends OptimizerOptions {
  /** Number of tasks whose losses a step tells. @default 0 */
  taskCount?: number
}

export class EagerEngine implements StepEngine {
  readonly name = 'eager'
  private parameters: Tensors = new Map()
  private optimizer: Tensors = new Map()

  /**
   * @param groups which optimizer trains which parameters, with initial learning rates; none where nothing is trained
   */
  constructor(
    private readonly config: ModelConfig,
    private readonly groups: readonly ParameterGroup[],
    private readonly options: EagerEngineOptions = {},
  ) {}

  async step(batches: readonly TokenBatch[], settings: StepSettings): Promise<StepResult> {
    checkedBatches(batches)
    const losses: number[] = []
    const sums: TaskSum[][] = []
    let sum: Tensors = new Map()
    try {
      for (const batch of batches) {
        const { loss, byTask, gradients } = this.gradients(batch)
        losses.push(loss)
        sums.push(byTask)
        sum = addScaled(sum, gradients, 1 / batches.length)
      }
      const byTask = addedSums(sums, this.options.taskCount ?? 0)
      return await Promise.resolve({ losses, byTask, measured: this.update(sum, settings) })
    } catch (error) {
      throw memoryFailure(error) ?? error
    } finally {
      disposeAll(sum)
    }
  }

  async evaluate(batch: TokenBatch): Promise<Float32Array> {
    let losses: tf.Tensor | undefined
    try {
      losses = tf.tidy(() => {
        const { inputs, targets } = tensorsOf(batch)
        return lossPerToken(this.parameters, this.config, inputs, targets)
      })
      return await losses.data<'float32'>()
    } catch (error) {
      throw memoryFailure(error) ?? error
    } finally {
      losses?.dispose()
    }
  }

  /** Losses of a batch and the gradient of every parameter; the caller disposes of them. */
  gradients(batch: TokenBatch): { loss: number; byTask: TaskSum[]; gradients: Tensors } {
    const { tensors, told } = tidyMapAnd(() => {
      const { inputs, targets } = tensorsOf(batch)
      const { loss, losses, gradients } = lossAndGradients(this.parameters, this.config, inputs, targets)
      const byTask = this.sumsByTask(losses, targets, batch)
      return { tensors: gradients, told: { loss: loss.dataSync()[0] ?? NaN, byTask } }
    })
    return { ...told, gradients: tensors }
  }

  private sumsByTask(losses: tf.Tensor1D, targets: tf.Tensor2D, { tasks }: TokenBatch): TaskSum[] {
    const { taskCount = 0 } = this.options
    if (taskCount === 0 || tasks === undefined) return []
    const sums = taskSums(losses, targets.as1D(), tf.tensor1d(tasks, 'int32'), taskCount)
    return readSums(sums.nats.dataSync(), sums.targets.dataSync())
  }

  /** For code outside the loop that looks at the model; the engine still owns the tensors. */
  get modelParameters(): Tensors {
    return this.parameters
  }

  exportParameters(): Promise<EngineState['parameters']> {
    return Promise.resolve(arraysOf(this.parameters))
  }

  exportState(): Promise<EngineState> {
    return Promise.resolve(this.arrays())
  }

  arrays(): EngineState {
    return { parameters: arraysOf(this.parameters), optimizer: arraysOf(this.optimizer) }
  }

  /** An empty optimizer state stands for the state before the first step. */
  importState(state: EngineState): Promise<void> {
    const parameters = tidyMap(() => fromArrays(state.parameters))
    const optimizer = tidyMap(() =>
      state.optimizer.size === 0 ? initOptimizer(this.groups, parameters) : fromArrays(state.optimizer),
    )
    this.replace(parameters, optimizer)
    return Promise.resolve()
  }

  dispose(): void {
    this.replace(new Map(), new Map())
  }

  private update(gradients: Tensors, settings: StepSettings): Measured {
    const { parameters, optimizer, groups, options } = this
    const { tensors, told } = tidyMapAnd(() => {
      const next = updateOptimizer(groups, parameters, gradients, optimizer, settings, options)
      const measured = this.measure(gradients, next.params)
      return {
        tensors: new Map([...next.params, ...next.state]),
        told: { measured, isParameter: next.params },
      }
    })
    const isParameter = ([name]: [string, tf.Tensor]): boolean => told.isParameter.has(name)
    this.replace(
      new Map([...tensors].filter(isParameter)),
      new Map([...tensors].filter((entry) => !isParameter(entry))),
    )
    return told.measured
  }

  /** Must be called inside tidy. @param after the new parameters, which the engine does not own yet */
  private measure(gradients: Tensors, after: Tensors): Measured {
    const parameter = (name: string): tf.Tensor => named(this.parameters, name, 'parameter')
    const step = measuredStep(this.groups, [...this.parameters.keys()], {
      parameter,
      gradient: (name) => named(gradients, name, 'gradient'),
      update: (name) => tf.sub(named(after, name, 'parameter'), parameter(name)),
    })
    return measureStep(step, { norm: normOf })((norm) => norm)
  }

  private replace(parameters: Tensors, optimizer: Tensors): void {
    disposeAll(this.parameters)
    disposeAll(this.optimizer)
    this.parameters = parameters
    this.optimizer = optimizer
  }
}

/** sum + scale × gradients, by name. Takes ownership of both: tensors that it does not return are freed. */
function addScaled(sum: Tensors, gradients: Tensors, scale: number): Tensors {
  if (scale === 1 && sum.size === 0) return gradients
  try {
    return tidyMap(() => {
      const added = new Map<string, tf.Tensor>()
      for (const [name, gradient] of gradients) {
        const scaled = tf.mul(gradient, scale)
        const before = sum.get(name)
        added.set(name, before === undefined ? scaled : tf.add(before, scaled))
      }
      return added
    })
  } finally {
    disposeAll(sum)
    disposeAll(gradients)
  }
}

/** L2 norm of all the tensors as one vector. */
function normOf(tensors: readonly tf.Tensor[]): number {
  return tf.tidy(() => {
    const squares = tensors.map((tensor) => tf.sum(tf.square(tensor)))
    return Math.sqrt(tf.addN(squares).dataSync()[0] ?? NaN)
  })
}

/** Both are [B, T], int32. */
function tensorsOf(batch: TokenBatch): { inputs: tf.Tensor2D; targets: tf.Tensor2D } {
  const shape: [number, number] = [batch.batchSize, batch.seqLen]
  return {
    inputs: tf.tensor2d(batch.inputs, shape, 'int32'),
    targets: tf.tensor2d(batch.targets, shape, 'int32'),
  }
}

function arraysOf(tensors: Tensors): Map<string, FloatArray> {
  return new Map(
    [...tensors].map(([name, tensor]) => [
      name,
      { shape: [...tensor.shape], data: Float32Array.from(tensor.dataSync()) },
    ]),
  )
}

/** Tensors with copies of the data: tfjs keeps the array itself until an operation first uses it. */
function fromArrays(arrays: ReadonlyMap<string, FloatArray>): Map<string, tf.Tensor> {
  return new Map(
    [...arrays].map(([name, { shape, data }]) => [name, tf.tensor(data.slice(), shape, 'float32')]),
  )
}
