/**
 * A compiled graph in a TensorFlow session: loaded from nodes, and run by names of inputs and outputs.
 *
 * The graph goes through a SavedModel in a temporary folder, since that is what the binding loads; the folder is
 * removed at once. Variables live in the session, on the device, and keep their values between runs. A run blocks its
 * thread until TensorFlow is done; the first run of each set of outputs compiles.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { MidbenchError } from '../errors'
import { type ConstantValue, encodeSavedModel, type NodeDef } from './graph-def'
import { memoryFailure } from './memory-failure'
import type { TensorflowBinding } from './tensorflow'

/** A value that a run returns. */
export interface RunOutput {
  shape: number[]
  dtype: number
  data: Float32Array | Int32Array | Uint8Array
}

export interface GraphSession {
  /**
   * Runs everything that the outputs need.
   *
   * @param inputs values by placeholder name.
   * @param outputs names such as `loss:0`.
   * @returns one value for each output, copied out of TensorFlow.
   * @throws MidbenchError `graph.memory` when TensorFlow has no memory left, `graph.run` for its other errors.
   */
  run(inputs: Readonly<Record<string, ConstantValue>>, outputs: readonly string[]): RunOutput[]
  /** Ends the session and frees its variables. */
  dispose(): void
}

/**
 * Opens a session over a graph.
 *
 * @throws MidbenchError `graph.load` with TensorFlow's own message where it refuses the graph.
 */
export function openGraphSession(binding: TensorflowBinding, nodes: readonly NodeDef[]): GraphSession {
  const id = load(binding, nodes)
  const known = new Set<string>()
  return {
    run(inputs, outputs) {
      const compiled = [...Object.keys(inputs), '->', ...outputs].join()
      if (!known.has(compiled)) binding.startNames()
      const results = run(binding, id, inputs, outputs)
      known.add(compiled)
      return results
    },
    dispose: () => {
      binding.deleteSavedModel(id)
    },
  }
}

function load(binding: TensorflowBinding, nodes: readonly NodeDef[]): number {
  const directory = mkdtempSync(join(tmpdir(), 'midbench-graph-'))
  try {
    writeFileSync(join(directory, 'saved_model.pb'), encodeSavedModel(nodes))
    return binding.loadSavedModel(directory, 'train')
  } catch (cause) {
    throw new MidbenchError(
      { code: 'graph.load', message: `TensorFlow refused the graph of the step: ${words(cause)}` },
      { cause },
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function run(
  binding: TensorflowBinding,
  id: number,
  inputs: Readonly<Record<string, ConstantValue>>,
  outputs: readonly string[],
): RunOutput[] {
  const names = Object.keys(inputs)
  const ids = Object.values(inputs).map(({ shape, dtype, data }) =>
    binding.createTensor([...shape], dtype, data),
  )
  try {
    const results = binding.runSavedModel(id, ids, names.map((name) => `${name}:0`).join(), outputs.join())
    return results.map((result) => {
      const data = binding.tensorDataSync(result.id)
      binding.deleteTensor(result.id)
      return { shape: result.shape, dtype: result.dtype, data }
    })
  } catch (cause) {
    throw (
      memoryFailure(cause) ??
      new MidbenchError(
        { code: 'graph.run', message: `TensorFlow stopped the step: ${words(cause)}` },
        { cause },
      )
    )
  } finally {
    for (const input of ids) binding.deleteTensor(input)
  }
}

function words(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
