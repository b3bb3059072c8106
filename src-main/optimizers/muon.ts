/**
 * Muon (Jordan et al., 2024) for the matrices of the blocks: Nesterov momentum, then the nearest orthogonal matrix to
 * it (the group's `direction`), then NorMuon's variance reduction, then a step whose length suits the matrix's shape.
 * Weight decay applies only where step and weight agree in sign (cautious weight decay).
 *
 * Matrices of one shape are computed together, as one stack. The state takes a little more than the parameters' memory.
 */
import * as tf from '@tensorflow/tfjs-core'

import { rounding, type Precision } from './bfloat16'
import type { MuonGroup } from './groups'
import { reduceVariance } from './normuon'
import { named, stateName, type NamedTensors, type Changing, type StepSettings, type Updated } from './state'

/**
 * One step of all groups. Parameters of other groups are not in the result.
 *
 * @param precision of the orthogonalisation and of what follows from it; the reference uses bfloat16
 */
export function updateMuon(
  groups: readonly MuonGroup[],
  params: NamedTensors,
  gradients: NamedTensors,
  state: NamedTensors,
  settings: StepSettings,
  precision: Precision,
): Updated {
  const updated: Updated = { params: new Map(), state: new Map() }
  for (const group of groups) {
    for (const names of sameShape(group.names, params)) {
      const next = tf.tidy(() => stepOf(names, { params, gradients, state }, group, settings, precision))
      names.forEach((name, i) => {
        updated.params.set(name, at(next.params, i))
        updated.state.set(stateName(name, 'momentum_buffer'), at(next.momenta, i))
        updated.state.set(stateName(name, 'second_momentum_buffer'), at(next.averages, i))
      })
    }
  }
  return updated
}

interface MuonTensors {
  params: NamedTensors
  gradients: NamedTensors
  state: NamedTensors
}

function stepOf(
  names: string[],
  tensors: MuonTensors,
  group: MuonGroup,
  settings: StepSettings,
  precision: Precision,
) {
  const averages = stacked(names.map((name) => stateName(name, 'second_momentum_buffer')), tensors.state, 'state') // prettier-ignore
  const { momentum, nesterov } = tf.tidy(() => momentumOf(names, tensors, settings.momentum))
  const direction = group.direction(nesterov, precision)
  nesterov.dispose()
  const round = rounding(precision)
  const reduced = reduceVariance(direction, averages, group.beta2, round)
  direction.dispose()
  const param = stacked(names, tensors.params, 'parameter') // [M, R, C]
  const lr = tf.mul(settings.lrMultiplier, group.lr * shapeFactor(param.shape))
  const change = tf.tidy(() => changeOf(reduced.update, param, lr, group.weightDecay, round))
  return {
    params: tf.unstack(tf.sub(param, change)),
    momenta: tf.unstack(momentum),
    averages: tf.unstack(reduced.average),
  }
}

/** The new momentum, and Nesterov's look-ahead from it: from the gradient towards the momentum. Both are [M, R, C]. */
function momentumOf(names: string[], { gradients, state }: MuonTensors, momentum: Changing) {
  const gradient = stacked(names, gradients, 'gradient')
  const old = stacked(names.map((name) => stateName(name, 'momentum_buffer')), state, 'state') // prettier-ignore
  const rest = tf.sub(1, momentum)
  const next = tf.add(old, tf.mul(tf.sub(gradient, old), rest))
  return { momentum: next, nesterov: tf.sub(next, tf.mul(tf.sub(next, gradient), rest)) }
}

function stacked(
  names: string[],
  tensors: NamedTensors,
  what: 'parameter' | 'gradient' | 'state',
): tf.Tensor {
  return tf.stack(names.map((name) => named(tensors, name, what)))
}

/** Tall matrices take longer steps. */
function shapeFactor([, rows = 1, columns = 1]: number[]): number {
  return Math.sqrt(Math.max(1, rows / columns))
}

/** The change that is subtracted from the parameters. */
function changeOf(
  update: tf.Tensor,
  param: tf.Tensor,
  lr: tf.Tensor,
  weightDecay: number,
  round: (x: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const step = round(tf.mul(update, lr))
  if (weightDecay === 0) return step
  const agrees = tf.cast(tf.greaterEqual(tf.mul(update, param), 0), 'float32')
  return tf.add(step, tf.mul(tf.mul(param, agrees), tf.mul(lr, weightDecay)))
}

/** The names, grouped by the shape of their parameters. */
function sameShape(names: string[], params: NamedTensors): string[][] {
  const byShape = new Map<string, string[]>()
  for (const name of names) {
    const shape = named(params, name, 'parameter').shape.join()
    byShape.set(shape, [...(byShape.get(shape) ?? []), name])
  }
  return [...byShape.values()]
}

function at(tensors: tf.Tensor[], index: number): tf.Tensor {
  const tensor = tensors[index]
  if (tensor === undefined) throw new RangeError(`no tensor ${index} of ${tensors.length}`)
  return tensor
}
