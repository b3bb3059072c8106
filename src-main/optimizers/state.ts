/**
 * What optimizers take and return: parameters, gradients and state as tensors by name, and what else a step needs.
 *
 * An optimizer's update is a pure function: it makes new parameters and new state and leaves the old ones unchanged.
 * The caller owns both and disposes of the old.
 *
 * State tensors are named `<parameter>.<entry>`, with the entries of torch's state_dict (kept.ts). torch numbers the
 * parameters instead of naming them, in the order of the groups (groups.ts): `state[i][entry]` belongs to the i-th name
 * over the groups of one kind.
 */
import type * as tf from '@tensorflow/tfjs-core'

import { MidbenchError } from '../errors'

export type NamedTensors = ReadonlyMap<string, tf.Tensor>

/** A value that changes from step to step; a tensor where the step is recorded as a graph. */
export type Changing = number | tf.Scalar

export interface StepSettings {
  /** Factor of every initial learning rate. */
  lrMultiplier: Changing
  /** Muon's momentum. */
  momentum: Changing
}

/** New tensors, all owned by the caller. */
export interface Updated {
  params: Map<string, tf.Tensor>
  state: Map<string, tf.Tensor>
}

/** @param entry torch's name: one of kept.ts, or `step` */
export function stateName(parameter: string, entry: string): string {
  return `${parameter}.${entry}`
}

/**
 * The tensor of that name.
 *
 * @throws MidbenchError `optimizer.missing`
 */
export function named(
  tensors: NamedTensors,
  name: string,
  what: 'parameter' | 'gradient' | 'state',
): tf.Tensor {
  const tensor = tensors.get(name)
  if (tensor !== undefined) return tensor
  throw new MidbenchError({
    code: 'optimizer.missing',
    message: `The optimizer needs the ${what} ${name}, which is missing.`,
  })
}
