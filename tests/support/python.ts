/**
 * Python with torch, TensorBoard, wandb and trackio, where the machine has them: `python3`, or what MIDBENCH_TEST_PYTHON
 * names. Tests against the real ones run only there; beside each of them a test of the bytes always runs.
 */
import { spawnSync } from 'node:child_process'

export const python = process.env['MIDBENCH_TEST_PYTHON'] ?? 'python3'

export const hasTorch = runPython('import torch').status === 0

/** Whether it has a package, by the name that pip knows it by. */
export function hasPackage(name: string): boolean {
  return (
    runPython('import importlib.metadata, sys; importlib.metadata.version(sys.argv[1])', name).status === 0
  )
}

/** Runs a program; `args` are its sys.argv[1:]. Its stdout is the result. */
export function runPython(program: string, ...args: string[]): { status: number | null; output: string } {
  const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const
  const { status, stdout, stderr } = spawnSync(python, ['-c', program, ...args], options)
  return { status, output: status === 0 ? stdout : stderr }
}
