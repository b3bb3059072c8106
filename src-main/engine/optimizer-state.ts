/** The optimizers' state between an engine's arrays by name and a checkpoint's, which nanochat's files follow. */
import type { AdamWMemory, FloatArray, MuonMemory, OptimizerStates } from '../checkpoint/types'
import { MidbenchError } from '../errors'
import type { ParameterGroup } from '../optimizers/groups'
import { stateName, type StateEntry } from '../optimizers/state'
import type { StepSettings } from './step-engine'

type Arrays = ReadonlyMap<string, FloatArray>

/**
 * @param optimizer an engine's arrays, named `<parameter>.<entry>`
 * @param steps optimizer steps done; before the first there is no memory to keep
 * @param settings of the last step
 */
export function toCheckpoint(
  groups: readonly ParameterGroup[],
  optimizer: Arrays,
  steps: number,
  settings: StepSettings,
): OptimizerStates {
  const adamw = new Map<string, AdamWMemory>()
  const muon = new Map<string, MuonMemory>()
  for (const { kind, names } of steps === 0 ? [] : groups) {
    for (const name of names) {
      const entry = (of: StateEntry): FloatArray => arrayOf(optimizer, stateName(name, of))
      if (kind === 'adamw') {
        adamw.set(name, { expAvg: entry('exp_avg'), expAvgSq: entry('exp_avg_sq') })
      } else {
        const secondMomentumBuffer = entry('second_momentum_buffer')
        muon.set(name, { momentumBuffer: entry('momentum_buffer'), secondMomentumBuffer })
      }
    }
  }
  return { groups: [...groups], steps, ...settings, adamw, muon }
}

/** The other way; empty before the first step, which an engine takes for zeros. */
export function fromCheckpoint(states: OptimizerStates): Map<string, FloatArray> {
  const optimizer = new Map<string, FloatArray>()
  if (states.steps === 0) return optimizer
  for (const [name, memory] of states.adamw) {
    optimizer.set(stateName(name, 'step'), { shape: [], data: Float32Array.of(states.steps) })
    optimizer.set(stateName(name, 'exp_avg'), memory.expAvg)
    optimizer.set(stateName(name, 'exp_avg_sq'), memory.expAvgSq)
  }
  for (const [name, memory] of states.muon) {
    optimizer.set(stateName(name, 'momentum_buffer'), memory.momentumBuffer)
    optimizer.set(stateName(name, 'second_momentum_buffer'), memory.secondMomentumBuffer)
  }
  return optimizer
}

function arrayOf(arrays: Arrays, name: string): FloatArray {
  const array = arrays.get(name)
  if (array !== undefined) return array
  throw new MidbenchError({
    code: 'optimizer.missing',
    message: `The engine's state lacks ${name}, which a checkpoint needs.`,
  })
}
