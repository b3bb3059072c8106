/**
 * A fresh model's weights, distributed as in the reference's initialisation of a base model (GPT.init_weights):
 * embedding and head normal with deviation 1 and 0.001; every matrix that reads the residual stream uniform with
 * deviation 1 / sqrt(C); every matrix that writes to it zero, so that a fresh block passes its input on unchanged.
 * Parameters that only later forms have start as in upstream: gates a little open, smear off, backout at 0.2.
 *
 * The weights are plain arrays, not tensors, so this needs no backend. It takes about 30 ns a weight.
 */
import type { ModelConfig } from './config.schema'
import { parameterShapes } from './parameters'
import { seededRandom, type Random } from './random'

/** Fills one array. */
type Fill = (array: Float32Array, random: Random) => void

/**
 * Weights for a model of that config. The same seed and config give the same bits on every machine.
 *
 * @returns values by name, row-major, with the shapes and order of {@link parameterShapes}
 */
export function initParameters(config: ModelConfig, seed: number): Map<string, Float32Array> {
  const random = seededRandom(seed)
  const parameters = new Map<string, Float32Array>()
  for (const [name, shape] of parameterShapes(config)) {
    const array = new Float32Array(shape.reduce((size, length) => size * length, 1))
    initialiser(name, config)(array, random)
    parameters.set(name, array)
  }
  return parameters
}

function initialiser(name: string, config: ModelConfig): Fill {
  if (name === 'transformer.wte.weight') return normal(1)
  if (name === 'lm_head.weight') return normal(0.001)
  if (name === 'resid_lambdas') return constant(1)
  if (name === 'x0_lambdas' || name === 'smear_lambda' || name.endsWith('.c_proj.weight')) return constant(0)
  if (name === 'backout_lambda') return constant(0.2)
  if (name.endsWith('_gate.weight')) return uniform(0.01, 0.01)
  return uniform(Math.sqrt(3 / config.n_embd)) // a uniform distribution's bound is sqrt(3) times its deviation
}

function constant(value: number): Fill {
  return (array) => void array.fill(value)
}

function normal(deviation: number): Fill {
  return (array, random) => {
    for (let i = 0; i < array.length; i++) array[i] = deviation * random.normal()
  }
}

/** Fills with uniform values within `bound` of `centre`. */
function uniform(bound: number, centre = 0): Fill {
  return (array, random) => {
    for (let i = 0; i < array.length; i++) array[i] = centre + bound * (2 * random.uniform() - 1)
  }
}
