/**
 * Python with torch, where the machine has it: `python3`, or what MIDBENCH_TEST_PYTHON names. Tests against real torch
 * run only there; beside each of them a test of the bytes always runs.
 */
import { spawnSync } from 'node:child_process'

const python = process.env['MIDBENCH_TEST_PYTHON'] ?? 'python3'

export const hasTorch = runPython('import torch').status === 0

/** Runs a program; `args` are its sys.argv[1:]. Its stdout is the result. */
export function runPython(program: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(python, ['-c', program, ...args], { encoding: 'utf8' })
  return { status, output: status === 0 ? stdout : stderr }
}
