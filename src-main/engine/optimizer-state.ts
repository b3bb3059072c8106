/** Converts optimizer state between an engine's arrays by name and a checkpoint's form, as in nanochat's files. */
import type { FloatArray, OptimizerStates, ParameterMemory } from '../checkpoint/types'
import { MidbenchError } from '../errors'
import type { ParameterGroup } from '../optimizers/groups'
import { KEPT } from '../optimizers/kept'
import { stateName } from '../optimizers/state'
import type { StepSettings } from './step-engine'

type Arrays = ReadonlyMap<string, FloatArray>

/**
 * @param optimizer an engine's arrays, named `<parameter>.<entry>`
 * @param steps optimizer steps done; before the first there is no state to keep
 * @param settings settings of the last step
 */
export function toCheckpoint(
  groups: readonly ParameterGroup[],
  optimizer: Arrays,
  steps: number,
  settings: StepSettings,
): OptimizerStates {
  const memory = new Map<string, ParameterMemory>()
  for (const { kind, names } of steps === 0 ? [] : groups) {
    const entries = Object.keys(KEPT[kind].arrays)
    for (const name of names) {
      memory.set(name, new Map(entries.map((entry) => [entry, arrayOf(optimizer, stateName(name, entry))])))
    }
  }
  return { groups: [...groups], steps, ...settings, memory }
}

/** The reverse of {@link toCheckpoint}; empty before the first step, which an engine takes as zeros. */
export function fromCheckpoint({ groups, steps, memory }: OptimizerStates): Map<string, FloatArray> {
  const optimizer = new Map<string, FloatArray>()
  if (steps === 0) return optimizer
  for (const { kind, names } of groups) {
    for (const name of names) {
      if (KEPT[kind].counts)
        optimizer.set(stateName(name, 'step'), { shape: [], data: Float32Array.of(steps) })
      for (const [entry, array] of memory.get(name) ?? []) optimizer.set(stateName(name, entry), array)
    }
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
