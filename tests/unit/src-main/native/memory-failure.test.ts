import { expect, test } from 'vitest'

import { memoryFailure } from '../../../../src-main/native/memory-failure'

/** As TensorFlow says it: an operation, and a run of a graph. */
const SAID = [
  [
    'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[512,65536] and type float on /job:localhost',
    'TensorFlow ran out of memory. It asked for a tensor of [512,65536] more.',
  ],
  [
    'Session fail to run with error: Out of memory while trying to allocate 256.00MiB.\n\t [[{{node cluster_3_1/xla_run}}]]',
    'TensorFlow ran out of memory. It asked for 256.00MiB more.',
  ],
  ['RESOURCE_EXHAUSTED: something else', 'TensorFlow ran out of memory.'],
] as const

test.each(SAID)('%j', (said, message) => {
  const failure = memoryFailure(new Error(said))
  expect(failure).toMatchObject({ code: 'graph.memory', message })
  expect(failure?.remedy).toContain('device_batch_size')
})

test('what failed of something else is left alone', () => {
  expect(memoryFailure(new Error('Session fail to run with error: Incompatible shapes'))).toBeNull()
})
