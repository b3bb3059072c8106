/**
 * How much of the machine's memory training may use. Linux grants a process more than there is, and kills it when it
 * uses that; within this limit TensorFlow's request is refused instead, so the run can report it and is saved.
 */
import { totalmem } from 'node:os'

import { MidbenchError } from './errors'

/** The system, the window and this process's own arrays need some of the memory too. */
const LARGEST_SHARE = 0.9

/**
 * Bytes of main memory: `$MIDBENCH_MEMORY_LIMIT`, or nine tenths of what the process may use.
 *
 * @throws MidbenchError `memory-limit` where the variable is not a number of bytes
 */
export function memoryLimit(environment: NodeJS.ProcessEnv = process.env): number {
  const wanted = environment['MIDBENCH_MEMORY_LIMIT']
  if (wanted === undefined) return Math.floor(LARGEST_SHARE * availableMemory())
  if (/^[1-9]\d*$/.test(wanted)) return Number(wanted)
  throw new MidbenchError({
    code: 'memory-limit',
    message: `MIDBENCH_MEMORY_LIMIT is ${wanted}; it must be a number of bytes.`,
    remedy: 'Set it to, say, 8000000000, or leave it out.',
  })
}

/** The machine's memory, or a container's share of it; without a share, Node returns a huge number or 0. */
function availableMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity)
}
