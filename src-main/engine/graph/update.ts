/**
 * The update of a training graph: from summed gradients to new parameters and a new state of the optimizers.
 *
 * Either this process makes the whole update, in one run. Or it is a rank that makes that of its share, and a second run
 * puts the parameters of all shares together: that one holds collective operations, and computes nothing else but the
 * figures that need whole parameters.
 */
import * as tf from '@tensorflow/tfjs-core'

import { MidbenchError } from '../../errors'
import { DType } from '../../native/graph-def'
import type { ParameterGroup } from '../../optimizers/groups'
import { updateOptimizer } from '../../optimizers/optimizer'
import { isOwn, ownGroups, ownRows, ownShapes, type Share, turnOf } from '../../optimizers/shares'
import type { Graph, GraphNode, Value } from './graph'
import type { MeasuredSums } from './measured-sums'
import { type Recording, record } from './recorder'
import { addVariable, after, assign, readAfter, split, type Variable, zeros } from './variables'

/** Inputs of an update, by their placeholders' names. */
export const updateInputs = {
  /** 1 / micro-batches */
  share: 'share',
  lrMultiplier: 'lr_multiplier',
  momentum: 'momentum',
} as const

type Variables = ReadonlyMap<string, Variable>

export interface StepVariables {
  parameters: Variables
  /** Where ranks share the state out, of this one's share. */
  optimizer: Variables
  gradients: Variables
}

/** The whole update: the values that figures need, then a signal that it is made. */
export function addUpdate(
  graph: Graph,
  groups: readonly ParameterGroup[],
  variables: StepVariables,
  sums: MeasuredSums,
): Value[] {
  const updated = newValues(graph, groups, variables, tensorsOf)
  const moved = moveAtOnce(graph, [...variables.parameters, ...variables.optimizer], updated)
  return finish(graph, groups, variables, sums, moved)
}

/**
 * The update of a share, and then the run that puts all shares together, which gives what {@link addUpdate} does. New
 * parameters wait in variables of their own in between.
 *
 * @param gather [W * N, …] the values [N, …] of all ranks, in their order
 */
export function addSharedUpdate(
  graph: Graph,
  groups: readonly ParameterGroup[],
  variables: StepVariables,
  sums: MeasuredSums,
  { share, gather }: { share: Share; gather: (value: Value) => Value },
): { update: Value[]; gather: Value[] } {
  const shapes = new Map([...variables.parameters].map(([name, { shape }]) => [name, shape]))
  const next = new Map(
    [...ownShapes(shapes, share)].map(([name, shape]) => [
      name,
      addVariable(graph, `next/${name}`, shape, DType.float32),
    ]),
  )
  const own = (recording: Recording, all: Variables) => ownTensors(recording, all, share)
  const updated = newValues(graph, inCompany(ownGroups(groups, share), share), variables, own)
  const kept = moveAtOnce(graph, [...next, ...variables.optimizer], updated)
  const whole = wholeParameters(graph, variables.parameters, next, share, gather)
  const moved = moveAtOnce(graph, [...variables.parameters], whole)
  return {
    update: [after(graph, kept, 'share_updated')],
    gather: finish(graph, groups, variables, sums, moved),
  }
}

/**
 * Groups in which a matrix that is the only one of its shape in this share, but not in the model, stands twice. XLA adds up
 * the norm of a lone matrix in another order than those of several, which shows in the last digits.
 */
function inCompany(groups: readonly ParameterGroup[], share: Share): ParameterGroup[] {
  const isLone = (name: string): boolean => {
    const how = share.sharedOut.get(name)
    if (how?.by !== 'turns') return false
    return how.stack.length > 1 && how.stack.filter((each) => isOwn(each, share)).length === 1
  }
  const twice = (name: string): string[] => (isLone(name) ? [name, name] : [name])
  return groups.map((group) => ({ ...group, names: group.names.flatMap(twice) }))
}

/** New parameters and state, by name. @param partOf the part of parameters and gradients that is updated */
function newValues(
  graph: Graph,
  groups: readonly ParameterGroup[],
  variables: StepVariables,
  partOf: typeof tensorsOf,
): ReadonlyMap<string, Value> {
  const scalar = (name: string): Value => graph.placeholder(name, [], DType.float32)
  const [share, lrMultiplier, momentum] = [
    scalar(updateInputs.share),
    scalar(updateInputs.lrMultiplier),
    scalar(updateInputs.momentum),
  ]
  return record(graph, (recording) => {
    const gradients = partOf(recording, variables.gradients)
    const factor = recording.tensor(share)
    const means = new Map([...gradients].map(([name, sum]) => [name, tf.mul(sum, factor)]))
    const settings = {
      lrMultiplier: recording.tensor(lrMultiplier).asScalar(),
      momentum: recording.tensor(momentum).asScalar(),
    }
    const next = updateOptimizer(
      groups,
      partOf(recording, variables.parameters),
      means,
      tensorsOf(recording, variables.optimizer),
      settings,
    )
    return valuesOf(recording, new Map([...next.params, ...next.state]))
  })
}

/** Nothing is written before all new values are computed: an update that fails has changed nothing. */
function moveAtOnce(
  graph: Graph,
  variables: readonly [string, Variable][],
  values: ReadonlyMap<string, Value>,
): GraphNode[] {
  const { node: ready } = after(graph, [...values.values()].map(({ node }) => node), 'ready') // prettier-ignore
  return variables.map(([name, variable]) => assign(graph, variable, required(values, name), [ready]))
}

/** What figures need once the parameters have moved, and a signal that the gradients are zero again after that. */
function finish(
  graph: Graph,
  groups: readonly ParameterGroup[],
  variables: StepVariables,
  sums: MeasuredSums,
  moved: readonly GraphNode[],
): Value[] {
  const { node: written } = after(graph, moved, 'written')
  const valueAt = (values: Variables) => (name: string) => required(values, name).read
  const measured = sums.add(groups, [...variables.parameters.keys()], {
    before: valueAt(variables.parameters),
    gradientSum: valueAt(variables.gradients),
    after: (name) => readAfter(graph, required(variables.parameters, name), [written]),
  })
  const { node: told } = after(graph, [written, ...measured.map(({ node }) => node)], 'told')
  const cleared = clearing(graph, variables.gradients, [told])
  return [...measured, after(graph, cleared, 'updated')]
}

/** The new parameters, from those of all shares; matrices of one shape come together, one a rank. */
function wholeParameters(
  graph: Graph,
  parameters: Variables,
  next: Variables,
  share: Share,
  gather: (value: Value) => Value,
): ReadonlyMap<string, Value> {
  const whole = new Map<string, Value>()
  for (const [name, parameter] of parameters) {
    const how = share.sharedOut.get(name)
    if (how === undefined) whole.set(name, required(next, name).read)
    else if (how.by === 'rows') whole.set(name, gather(required(next, name).read))
    else if (how.index % share.worldSize === 0) {
      const names = turnOf(how.stack, how.index / share.worldSize, share)
      const own = next.get(names[share.rank] ?? '')?.read ?? zeros(graph, parameter)
      const matrices = new Map(split(graph, gather(own), share.worldSize).entries())
      for (const [rank, each] of names.entries()) whole.set(each, required(matrices, rank))
    }
  }
  return whole
}

/** Nodes that set variables to zero after the nodes of `order` have run. */
export function clearing(graph: Graph, variables: Variables, order: readonly GraphNode[] = []): GraphNode[] {
  return [...variables.values()].map((variable) => assign(graph, variable, zeros(graph, variable), order))
}

export function tensorsOf(recording: Recording, variables: Variables): Map<string, tf.Tensor> {
  return new Map([...variables].map(([name, { read }]) => [name, recording.tensor(read)]))
}

/** What a rank updates of parameters, or their gradients. */
function ownTensors(recording: Recording, variables: Variables, share: Share): Map<string, tf.Tensor> {
  const own = [...variables].filter(([name]) => isOwn(name, share))
  return new Map(
    own.map(([name, { shape, read }]) => {
      const tensor = recording.tensor(read)
      if (share.sharedOut.get(name)?.by !== 'rows') return [name, tensor]
      const { first, count } = ownRows(shape, share)
      return [name, tf.slice(tensor, first, count)]
    }),
  )
}

export function valuesOf(recording: Recording, tensors: ReadonlyMap<string, tf.Tensor>): Map<string, Value> {
  return new Map([...tensors].map(([name, tensor]) => [name, recording.value(tensor)]))
}

export function required<Key, Of>(values: ReadonlyMap<Key, Of>, key: Key): Of {
  const value = values.get(key)
  if (value !== undefined) return value
  throw new MidbenchError({ code: 'graph.output', message: `The step gives nothing for ${String(key)}.` })
}
