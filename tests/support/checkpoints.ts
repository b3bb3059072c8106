/** Small checkpoints for tests: a model of a few kilobytes with its optimizers, and helpers to damage files. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { FloatArray, ParameterMemory, RunCheckpoint } from '../../src-main/checkpoint/types'
import { modelConfig, type ModelConfig } from '../../src-main/model/config.schema'
import { initParameters } from '../../src-main/model/init'
import { parameterShapes } from '../../src-main/model/parameters'
import { KEPT } from '../../src-main/optimizers/kept'
import { parameterGroups } from '../../src-main/optimizers/optimizers'

/** The config of tests/golden/checkpoint. */
export const tinyConfig: ModelConfig = modelConfig.parse({
  sequence_len: 32,
  vocab_size: 70,
  n_layer: 2,
  n_head: 2,
  n_kv_head: 1,
  n_embd: 32,
  window_pattern: 'SL',
})

/** A whole run checkpoint; different seeds give different numbers everywhere. */
export function tinyCheckpoint(step: number, seed = step, config = tinyConfig): RunCheckpoint {
  const shapes = parameterShapes(config)
  const values = initParameters(config, seed)
  const model = new Map<string, FloatArray>()
  for (const [name, shape] of shapes) model.set(name, { shape, data: values.get(name) ?? new Float32Array() })
  const groups = parameterGroups(shapes, config.n_embd, {
    embedding_lr: 0.2,
    unembedding_lr: 0.004,
    matrix_lr: 0.02,
    weight_decay: 0.1,
    init_lr_frac: 0.5,
  })
  const memory = new Map<string, ParameterMemory>()
  for (const { kind, names } of groups) {
    for (const name of names) {
      const entries = Object.entries(KEPT[kind].arrays)
      const arrays = entries.map(([entry, shapeFor], i): [string, FloatArray] => [
        entry,
        ramp(shapeFor(shapes.get(name) ?? []), seed + i),
      ])
      memory.set(name, new Map(arrays))
    }
  }
  return {
    step,
    meta: { step, val_bpb: 1.25, model_config: config, user_config: { run: 'test' } },
    model,
    optimizers: { groups, steps: step, lrMultiplier: 0.75, momentum: 0.9, memory },
    resume: { format: 'midbench-resume-1', step, loop: { cursor: 12, buffer: [3, 1, 2] } },
  }
}

function ramp(shape: readonly number[], seed: number): FloatArray {
  const data = new Float32Array(shape.reduce((size, length) => size * length, 1))
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(i + seed) / 7
  return { shape: [...shape], data }
}

/** Replaces the first occurrence of some bytes in a file by others of the same length. */
export function editFile(path: string, from: string, to: string): void {
  const bytes = readFileSync(path)
  const at = bytes.indexOf(from, 0, 'latin1')
  if (at < 0 || from.length !== to.length) throw new Error(`${path} cannot be edited so`)
  bytes.write(to, at, 'latin1')
  writeFileSync(path, bytes)
}

/** Cuts a file to a part of its length. */
export function cutFile(path: string, part: number): void {
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * part)))
}
