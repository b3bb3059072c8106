/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) as torch computes it: two running averages, both corrected for their
 * bias towards the initial zeros, and weight decay separate from the gradient.
 *
 * It makes 12 passes over each parameter; the state takes twice the parameter's memory.
 */
import * as tf from '@tensorflow/tfjs-core'

import type { AdamWGroup } from './groups'
import { named, stateName, type Changing, type NamedTensors, type Updated } from './state'

/** One step of all groups. Parameters of other groups are not in the result. */
export function updateAdamW(
  groups: readonly AdamWGroup[],
  params: NamedTensors,
  gradients: NamedTensors,
  state: NamedTensors,
  settings: { lrMultiplier: Changing },
): Updated {
  const updated: Updated = { params: new Map(), state: new Map() }
  for (const group of groups) {
    for (const name of group.names) {
      const entry = (of: 'step' | 'exp_avg' | 'exp_avg_sq') => named(state, stateName(name, of), 'state')
      const next = stepOf(
        named(params, name, 'parameter'),
        named(gradients, name, 'gradient'),
        { step: entry('step'), average: entry('exp_avg'), averageSquare: entry('exp_avg_sq') },
        group,
        settings.lrMultiplier,
      )
      updated.params.set(name, next.param)
      updated.state.set(stateName(name, 'step'), next.step)
      updated.state.set(stateName(name, 'exp_avg'), next.average)
      updated.state.set(stateName(name, 'exp_avg_sq'), next.averageSquare)
    }
  }
  return updated
}

interface Moments {
  step: tf.Tensor
  average: tf.Tensor
  averageSquare: tf.Tensor
}

function stepOf(
  param: tf.Tensor,
  gradient: tf.Tensor,
  old: Moments,
  group: AdamWGroup,
  lrMultiplier: Changing,
) {
  const [beta1, beta2] = group.betas
  return tf.tidy(() => {
    const step = tf.add(old.step, 1)
    const average = blend(old.average, beta1, gradient)
    const averageSquare = tf.tidy(() => blend(old.averageSquare, beta2, tf.square(gradient)))
    const lr = tf.mul(lrMultiplier, group.lr)
    const change = tf.tidy(() => {
      const deviation = tf.div(tf.sqrt(averageSquare), tf.sqrt(unbias(beta2, step)))
      const direction = tf.div(average, tf.add(deviation, group.eps))
      return tf.mul(direction, tf.div(lr, unbias(beta1, step)))
    })
    const decayed = group.weightDecay === 0 ? param : tf.mul(param, tf.sub(1, tf.mul(lr, group.weightDecay)))
    return { param: tf.sub(decayed, change), step, average, averageSquare }
  })
}

/** The running average, updated with a new value. */
function blend(average: tf.Tensor, beta: number, value: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.add(tf.mul(average, beta), tf.mul(value, 1 - beta)))
}

/** 1 - beta^step, without losing the digits that this difference would lose in float32. */
function unbias(beta: number, step: tf.Tensor): tf.Tensor {
  return tf.neg(tf.expm1(tf.mul(step, Math.log(beta))))
}
