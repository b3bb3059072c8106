import { expect, test } from 'vitest'

import { openDevice } from '../../../../src-main/engine/device'
import { findGraphicsCards } from '../../../../src-main/native/device'
import { containing } from '../../../support/containing'
import { failureOf } from '../../../support/failure'

const anyDevice = { device_type: '', dtype: 'bfloat16', engine: 'graph' } as const
const cards = await findGraphicsCards()

test('a device says what it is, and how fast a CPU’s matrix products are or why that is not known', async () => {
  const device = await openDevice(anyDevice, null)
  if (device.tensorflow.device === 'cpu') {
    expect(device.label).toMatch(/^CPU, \d+ threads?$/)
    if (device.peak.flops === null) expect(device.peak.unknown).toContain('while it was measured')
    else expect(device.peak.flops).toBeGreaterThan(1e9)
  } else {
    expect(device.label).toBe(cards[0]?.name)
    expect(device.peak).toMatchObject({ flops: null, unknown: containing('GPU') })
  }
  expect(device.dtype).toBe('bfloat16')
  expect((await openDevice({ ...anyDevice, engine: 'eager' }, null)).dtype).toBe('float32')
})

test('a device that is not the one asked for is refused, never replaced', async () => {
  const { tensorflow } = await openDevice(anyDevice, null)
  const [same, other] = tensorflow.device === 'cpu' ? (['cpu', 'cuda'] as const) : (['cuda', 'cpu'] as const)
  expect((await openDevice({ ...anyDevice, device_type: same }, null)).tensorflow).toBe(tensorflow)
  const failure = await failureOf(() => openDevice({ ...anyDevice, device_type: other }, null))
  expect(failure).toMatchObject({ code: 'device.unavailable' })
  expect(failure.remedy).toContain('device_type')
})
