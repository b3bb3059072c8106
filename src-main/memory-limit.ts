/**
 * How much of the machine's memory training may take. Linux gives a process more than there is and ends it when it uses
 * that; within this limit TensorFlow is refused instead, so that the run can say so and is saved.
 */
import { totalmem } from 'node:os'

import { MidbenchError } from './errors'

/** The system, the window and this process's own arrays need some of the memory too. */
const LARGEST_SHARE = 0.9

/**
 * Bytes of main memory: `$MIDBENCH_MEMORY_LIMIT`, or nine tenths of what the process may use.
 *
 * @throws MidbenchError `memory-limit` where the variable is no number of bytes
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

/** The machine's memory, or a container's share of it; Node tells a huge number or 0 where there is no such share. */
function availableMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity)
}
