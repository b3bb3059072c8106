/**
 * What this machine can compute with: its processor, with the instruction sets that decide TensorFlow's speed, and
 * NVIDIA cards with a working driver. Nothing here needs TensorFlow.
 */
import { execFile } from 'node:child_process'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'

import { processorFlags } from '../processor'

const execute = promisify(execFile)

export interface Processor {
  model: string
  /** How many threads can run at once. */
  threads: number
  /** Main memory, bytes. */
  memoryBytes: number
  /** The entries of {@link instructionSets} that it has, in that order. */
  instructionSets: string[]
}

export interface GraphicsCard {
  name: string
  memoryBytes: number
  driver: string
}

/** Instruction sets in the Linux kernel's names, from the slowest that suffices to the fastest. */
const instructionSets = ['avx', 'avx2', 'avx512f', 'avx512_bf16', 'amx_bf16'] as const

/** This machine's processor. */
export function describeProcessor(): Processor {
  const flags = processorFlags()
  return {
    model: cpus()[0]?.model ?? 'unknown processor',
    threads: availableParallelism(),
    memoryBytes: totalmem(),
    instructionSets: instructionSets.filter((name) => flags.has(name)),
  }
}

/** What the processor's instruction sets mean for matrix products in float32 and bfloat16, in words. */
export function describeSpeed(sets: string[]): string {
  if (!sets.includes('avx')) return 'no AVX, without which TensorFlow does not run'
  const float32 = sets.includes('avx512f') ? 'AVX-512' : sets.includes('avx2') ? 'AVX2' : 'AVX alone, slow'
  const bfloat16 = sets.includes('amx_bf16')
    ? 'AMX, several times as fast as float32'
    : sets.includes('avx512_bf16')
      ? 'AVX-512 BF16, up to twice as fast as float32'
      : 'no hardware for it, slower than float32'
  return `float32 by ${float32}; bfloat16: ${bfloat16}`
}

/** NVIDIA cards that the driver can use; none where there is no driver. */
export async function findGraphicsCards(): Promise<GraphicsCard[]> {
  const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits']
  try {
    const { stdout } = await execute('nvidia-smi', query, { timeout: 10_000 })
    return parseGraphicsCards(stdout)
  } catch {
    return [] // no driver, or none that works: in both cases there is nothing to compute with
  }
}

/** Parses lines such as `NVIDIA H100 80GB HBM3, 81559, 550.54.15` (memory in MiB). */
export function parseGraphicsCards(text: string): GraphicsCard[] {
  const lines = text.split('\n').map((line) => line.split(',').map((field) => field.trim()))
  return lines.flatMap(([name, mebibytes, driver]) =>
    name && mebibytes && driver ? [{ name, memoryBytes: Number(mebibytes) * 2 ** 20, driver }] : [],
  )
}
