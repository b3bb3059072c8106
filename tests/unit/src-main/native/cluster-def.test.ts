import { expect, test } from 'vitest'

import { serverDefinition, sessionConfig } from '../../../../src-main/native/cluster-def'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

// The bytes are those that Python's protobuf makes of TensorFlow 2.21's own message classes.

test('the definition of a server', () => {
  expect(hex(serverDefinition({ rank: 0, hosts: ['127.0.0.1:22027'], threads: 1 }))).toBe(
    '0a1f0a1d0a06776f726b657212130800120f3132372e302e302e313a32323032371206776f726b6572' +
      '1800' + // rank 0, which Python's leaves out as a default
      '223b100122122f6a6f623a776f726b65722f7461736b3a303801780182011e0a1c2f6a6f623a776f726b65722f7265706c6963613a302f7461736b3a30' +
      '2a0467727063',
  )
})

test('the config of a session, with a number of more than seven bits', () => {
  expect(hex(sessionConfig({ rank: 1, hosts: [], threads: 1 }))).toBe(
    '100122122f6a6f623a776f726b65722f7461736b3a313801780182011e0a1c2f6a6f623a776f726b65722f7265706c6963613a302f7461736b3a30',
  )
  expect(hex(sessionConfig({ rank: 0, hosts: [], threads: 200 }))).toBe(
    '10c80122122f6a6f623a776f726b65722f7461736b3a303801780182011e0a1c2f6a6f623a776f726b65722f7265706c6963613a302f7461736b3a30',
  )
})
