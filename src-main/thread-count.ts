/**
 * How many threads TensorFlow may have: from 1 to the machine's number of processors, wherever the number comes from.
 * TensorFlow accepts any number, and a million threads, or a negative number, end the process.
 */
import { availableParallelism } from 'node:os'

import { MidbenchError } from './errors'

/** TensorFlow's variable for the threads of one operation; "threads" means these everywhere here. */
export const threadsVariable = 'TF_NUM_INTRAOP_THREADS'
/**
 * Its other variable: how many operations run side by side. Midbench never sets it, but a wrong one ends the process
 * too.
 */
const operationsVariable = 'TF_NUM_INTEROP_THREADS'

/**
 * Threads of a run: the environment's number, else the wanted one, else as many as there are processors.
 *
 * @param wanted null = no number is wanted
 * @throws MidbenchError `threads.invalid` where one of these is out of bounds
 */
export function threadCount(
  wanted: number | null,
  environment: NodeJS.ProcessEnv = process.env,
  processors = availableParallelism(),
): number {
  const fromEnvironment = (name: string): number | null => {
    const text = environment[name]
    if (!text) return null // TensorFlow, too, treats an empty variable as not set
    requireCount(name, text, processors)
    return Number(text)
  }
  fromEnvironment(operationsVariable)
  const asked = fromEnvironment(threadsVariable) ?? wanted ?? processors
  requireCount('the number of threads', String(asked), processors)
  return asked
}

/** "1 thread", "2 threads" */
export function describeThreads(count: number): string {
  return `${String(count)} ${count === 1 ? 'thread' : 'threads'}`
}

function requireCount(name: string, text: string, processors: number): void {
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= processors) return
  throw new MidbenchError({
    code: 'threads.invalid',
    message: `${name} is ${text}; it must be a whole number from 1 to ${String(processors)}, this machine's processors.`,
    remedy: `Set ${name} to such a number, or leave it out to use every processor.`,
  })
}
