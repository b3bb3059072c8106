/**
 * The training graph: what to run for a micro-batch, an update, an evaluation, and for reading or writing the state.
 *
 * Parameters, gradients and the optimizers' state are variables of the session. A micro-batch adds to the gradients; an
 * update takes their mean, updates the parameters and sets the gradients to zero. Model and optimizers are the same
 * functions that the eager engine calls, recorded. Shapes are fixed: another batch shape needs another graph.
 */
import type * as tf from '@tensorflow/tfjs-core'

import type { Measured } from '../../config/step-figures.schema'
import { MidbenchError } from '../../errors'
import type { ModelConfig } from '../../model/config.schema'
import { lossAndGradients, lossPerToken } from '../../model/loss'
import { parameterShapes } from '../../model/parameters'
import { DType, type NodeDef } from '../../native/graph-def'
import type { ParameterGroup } from '../../optimizers/groups'
import { initOptimizer } from '../../optimizers/optimizer'
import { ownGroups, ownShapes, type Share } from '../../optimizers/shares'
import { taskSums } from '../task-sums'
import { gatherOverRanks, meanOverRanks } from './collectives'
import { Graph, toNodeDefs, type Value, valueName } from './graph'
import { MeasuredSums } from './measured-sums'
import { orderLargeProducts } from './ordering'
import { leaveOutOfXla } from './outside-xla'
import { useBfloat16Products } from './precision'
import { type Recording, record } from './recorder'
import {
  addSharedUpdate,
  addUpdate,
  clearing,
  required,
  type StepVariables,
  tensorsOf,
  updateInputs,
  valuesOf,
} from './update'
import { addSetters, addVariable, after, assign, assignAdd, type Setter, type Variable } from './variables'

export interface StepGraphOptions {
  model: ModelConfig
  /** No groups where nothing is trained: such a graph only evaluates. */
  groups: readonly ParameterGroup[]
  /** Rows B. */
  batchSize: number
  /** Ids a row, T. */
  seqLen: number
  /** Type of the matrix products; everything else is float32. */
  dtype: 'float32' | 'bfloat16'
  /** Number of tasks whose losses a micro-batch tells. @default 0 */
  taskCount?: number
  /** The ranks that train together; none where this is the only one. */
  ranks?: GraphRanks | undefined
}

interface GraphRanks {
  worldSize: number
  timeoutS: number
  nextKey: () => number
  /** What this rank updates, and keeps the optimizers' state of. @default everything, as every other one does */
  share?: Share | undefined
}

/** A graph and the names by which it is run. */
export interface StepGraph {
  nodes: NodeDef[]
  /** Names of parameters and of the optimizers' state, or of this rank's share of it: all that must be saved. */
  parameters: string[]
  optimizer: string[]
  set: Setter
  /** Shapes of everything that must be saved. */
  shapes: ReadonlyMap<string, readonly number[]>
  fetch: {
    /**
     * Mean loss of the micro-batch and, where tasks are told apart, sum and number of each task's losses; then a signal
     * that its gradients have been added.
     */
    micro: string[]
    /** Sets every gradient to its mean over the ranks; nothing where there is one rank. */
    reduce: string[]
    /** Sets gradients to zero. */
    clear: string[]
    /** A signal that the update is made, or that of this rank's share; before it the values that `measured` reads, unless `gather` gives them. */
    update: string[]
    /** Puts the parameters of all shares together: those values and the signal; nothing where there are no shares. */
    gather: string[]
    /** Loss of every target, [B * T]. */
    losses: string[]
    /** The value of a variable. */
    read(name: string): string
  }
  /** The figures of a step, from the values that `fetch.update` gave, or `fetch.gather`. */
  measured(values: readonly number[], microBatches: number): Measured
}

/** Inputs of a run, by their placeholders' names. */
export const inputNames = {
  inputs: 'inputs',
  targets: 'targets',
  /** Only where tasks are told apart. */
  tasks: 'tasks',
  ...updateInputs,
} as const

/**
 * Records the graph. This takes well under a second and no tensor memory, whatever the sizes.
 *
 * @throws MidbenchError `graph.op` where model or optimizers use an operation that has no shape rule
 */
export function buildStepGraph(options: StepGraphOptions): StepGraph {
  const graph = new Graph()
  const { model, groups, ranks, taskCount = 0 } = options
  const shapes = parameterShapes(model)
  const state = optimizerShapes(groups, shapes, ranks?.share)
  const [parameters, optimizer] = [variablesOf(graph, shapes, ''), variablesOf(graph, state, '')]
  const trains = groups.length > 0
  const gradients = variablesOf(graph, trains ? shapes : new Map(), 'gradient/')
  const variables = { parameters, optimizer, gradients }
  const set = addSetters(graph, [...parameters.values(), ...optimizer.values()])
  const tokens = (name: string): Value =>
    graph.placeholder(name, [options.batchSize, options.seqLen], DType.int32)
  const batch = [tokens(inputNames.inputs), tokens(inputNames.targets)]
  const losses = record(graph, (each) => evaluation(each, model, parameters, batch))
  const told = taskCount > 0 ? { count: taskCount, of: tokens(inputNames.tasks) } : null
  const micro = trains ? microBatch(graph, model, variables, batch, told) : []
  const sums = new MeasuredSums(graph)
  const { update, gather } = trains ? updateRuns(graph, options, variables, sums) : NO_UPDATE
  leaveOutOfXla(gather, [losses, ...micro, ...update])
  const cleared = after(graph, clearing(graph, gradients), 'cleared')
  const reduce = addReduce(graph, gradients, ranks)
  arrangeProducts(graph, options.dtype, [[losses], micro, update])
  return {
    nodes: toNodeDefs(graph),
    parameters: [...shapes.keys()],
    optimizer: [...state.keys()],
    set,
    shapes: new Map([...shapes, ...state]),
    fetch: {
      micro: micro.map(valueName),
      reduce: reduce.map(valueName),
      clear: [valueName(cleared)],
      update: update.map(valueName),
      gather: gather.map(valueName),
      losses: [valueName(losses)],
      read: (name) => `read/${name}:0`,
    },
    measured: (values, microBatches) => sums.read(values, microBatches),
  }
}

/** Large matrix products one after another in each run, and in the type that is asked for. */
function arrangeProducts(graph: Graph, dtype: StepGraphOptions['dtype'], runs: Value[][]): void {
  for (const outputs of runs) orderLargeProducts(graph.nodes, outputs)
  if (dtype === 'bfloat16') useBfloat16Products(graph)
}

function variablesOf(
  graph: Graph,
  shapes: ReadonlyMap<string, readonly number[]>,
  prefix: string,
): Map<string, Variable> {
  return new Map(
    [...shapes].map(([name, shape]) => [name, addVariable(graph, prefix + name, shape, DType.float32)]),
  )
}

function evaluation(
  recording: Recording,
  model: ModelConfig,
  parameters: ReadonlyMap<string, Variable>,
  batch: readonly Value[],
): Value {
  const [inputs, targets] = batchTensors(recording, batch)
  return recording.value(lossPerToken(tensorsOf(recording, parameters), model, inputs, targets))
}

/** How many tasks are told apart, and which one each target belongs to. */
interface ToldTasks {
  count: number
  /** [B, T] */
  of: Value
}

/** The micro-batch's loss, the sums by task, and the signal that its gradients have been added. */
function microBatch(
  graph: Graph,
  model: ModelConfig,
  variables: StepVariables,
  batch: readonly Value[],
  tasks: ToldTasks | null,
): Value[] {
  const { loss, byTask, gradients } = record(graph, (recording) => {
    const [inputs, targets] = batchTensors(recording, batch)
    const result = lossAndGradients(tensorsOf(recording, variables.parameters), model, inputs, targets)
    const gradients = valuesOf(recording, result.gradients)
    return {
      loss: recording.value(result.loss),
      gradients,
      byTask: tasks === null ? [] : byTaskOf(recording, result.losses, targets, tasks),
    }
  })
  const added = [...variables.gradients].map(([name, variable]) =>
    assignAdd(graph, variable, required(gradients, name)),
  )
  const kept = [loss, after(graph, added, 'accumulated')]
  leaveOutOfXla(byTask, kept)
  return [loss, ...byTask, ...kept.slice(1)]
}

function byTaskOf(recording: Recording, losses: tf.Tensor1D, targets: tf.Tensor, tasks: ToldTasks): Value[] {
  const sums = taskSums(losses, targets.as1D(), recording.tensor(tasks.of).as1D(), tasks.count)
  return [sums.nats, sums.targets].map((sum) => recording.value(sum))
}

const NO_UPDATE: { update: Value[]; gather: Value[] } = { update: [], gather: [] }

function updateRuns(
  graph: Graph,
  { groups, ranks }: StepGraphOptions,
  variables: StepVariables,
  sums: MeasuredSums,
): typeof NO_UPDATE {
  if (ranks?.share === undefined) return { update: addUpdate(graph, groups, variables, sums), gather: [] }
  const { share, worldSize, timeoutS, nextKey } = ranks
  const gather = (value: Value): Value =>
    gatherOverRanks(graph, value, { worldSize, timeoutS, key: nextKey() })
  return addSharedUpdate(graph, groups, variables, sums, { share, gather })
}

/**
 * The signal that every gradient is its mean over the ranks; none where there is one. It is a run of its own: a micro-batch or an update that
 * fails, or is repeated, leaves no other rank waiting, and the new values of the update are made when the old gradients
 * are gone.
 */
function addReduce(
  graph: Graph,
  gradients: ReadonlyMap<string, Variable>,
  ranks: StepGraphOptions['ranks'],
): Value[] {
  if (ranks === undefined) return []
  const { worldSize, timeoutS } = ranks
  const reduced = [...gradients.values()].map((gradient) =>
    assign(
      graph,
      gradient,
      meanOverRanks(graph, gradient.read, { worldSize, timeoutS, key: ranks.nextKey() }),
    ),
  )
  return [after(graph, reduced, 'reduced')]
}

// ---------------------------------------------------------------------------------------------- helpers

/**
 * Shapes of the optimizers' state by name: those that `initOptimizer` would make.
 *
 * @param share whose state it is. @default all of it
 */
export function optimizerShapes(
  groups: readonly ParameterGroup[],
  parameters: ReadonlyMap<string, readonly number[]>,
  share?: Share,
): Map<string, readonly number[]> {
  const sketch = new Graph()
  const stand = variablesOf(sketch, share === undefined ? parameters : ownShapes(parameters, share), '')
  const own = share === undefined ? groups : ownGroups(groups, share)
  const state = record(sketch, (recording) =>
    valuesOf(recording, initOptimizer(own, tensorsOf(recording, stand))),
  )
  return new Map([...state].map(([name, { shape }]) => [name, shape]))
}

function batchTensors(recording: Recording, batch: readonly Value[]): [tf.Tensor2D, tf.Tensor2D] {
  const [inputs, targets] = batch.map((value) =>
    recording.tensor(value).as2D(value.shape[0] ?? 0, value.shape[1] ?? 0),
  )
  if (!inputs || !targets)
    throw new MidbenchError({ code: 'graph.input', message: 'A batch is inputs and targets.' })
  return [inputs, targets]
}
