/** Turns TensorFlow's message that no memory is left into an error that says what to lower. */
import { MidbenchError } from '../errors'

/**
 * @param cause what an operation or a run of TensorFlow threw
 * @returns `graph.memory`; null where it failed for another reason
 */
export function memoryFailure(cause: unknown): MidbenchError | null {
  const said = cause instanceof Error ? cause.message : String(cause)
  if (!/out of memory|OOM|RESOURCE_EXHAUSTED|failed to allocate/i.test(said)) return null
  const wanted = /trying to allocate ([\d.]+ ?[A-Za-z]+)|tensor with shape(\[[\d,]+\])/i.exec(said)
  const what = wanted?.[1] ?? wanted?.[2]
  const detail =
    what === undefined ? '' : ` It asked for ${wanted?.[1] === undefined ? 'a tensor of ' : ''}${what} more.`
  return new MidbenchError(
    {
      code: 'graph.memory',
      message: `TensorFlow ran out of memory.${detail}`,
      remedy:
        'Lower device_batch_size to a divisor of what it is: a run that has begun goes on with it by --resume, and total_batch_size can stay, since accumulation makes up for it. A lower max_seq_len needs a new run.',
    },
    { cause },
  )
}
