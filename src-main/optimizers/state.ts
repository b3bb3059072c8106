/**
 * What optimizers take and give: parameters, gradients and state as tensors by name, and what a step needs besides.
 *
 * An optimizer here is two pure functions. `init` makes the state; `update` makes new parameters and new state and
 * leaves the old ones as they are. Who calls owns both and disposes of the old.
 *
 * State tensors are named `<parameter>.<entry>`, where the entries are those of torch's state_dict: for AdamW `step`,
 * `exp_avg` and `exp_avg_sq`, for Muon `momentum_buffer` and `second_momentum_buffer`. torch numbers the parameters in
 * place of naming them, in the order of the groups (groups.ts): `state[i][entry]` belongs to the i-th name over the
 * groups of one kind.
 */
import type * as tf from '@tensorflow/tfjs-core'

import { MidbenchError } from '../errors'

export type NamedTensors = ReadonlyMap<string, tf.Tensor>

/** Changes from step to step; a tensor where the step is recorded as a graph. */
export type Changing = number | tf.Scalar

export interface StepSettings {
  /** Factor of every initial learning rate. */
  lrMultiplier: Changing
  /** Muon's momentum. */
  momentum: Changing
}

/** New tensors, all of them the caller's. */
export interface Updated {
  params: Map<string, tf.Tensor>
  state: Map<string, tf.Tensor>
}

/** Entries of one parameter's state, as torch names them. */
export type StateEntry = 'step' | 'exp_avg' | 'exp_avg_sq' | 'momentum_buffer' | 'second_momentum_buffer'

export function stateName(parameter: string, entry: StateEntry): string {
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
