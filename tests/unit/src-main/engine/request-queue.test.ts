import { expect, test } from 'vitest'

import { RequestQueue } from '../../../../src-main/engine/request-queue'

test('a request stands until the job heeds it', async () => {
  const requests = new RequestQueue()
  expect(requests.pending()).toBeNull()
  requests.put('pause')
  expect(requests.pending()).toBe('pause')
  const next = requests.afterPause()
  expect(requests.pending()).toBeNull()
  requests.put('resume')
  expect(await next).toBe('resume')
  expect(requests.pending()).toBeNull()
})

test('a pause that is taken back in time is none', () => {
  const requests = new RequestQueue()
  requests.put('pause')
  requests.put('resume')
  expect(requests.pending()).toBeNull()
})

test('work is interrupted by a pause or a stop, and what begins afterwards has a signal of its own', async () => {
  const requests = new RequestQueue()
  const before = requests.interruption()
  requests.put('resume')
  expect(before.aborted).toBe(false)
  requests.put('pause')
  expect(before.aborted).toBe(true)
  expect(requests.interruption().aborted).toBe(true) // the pause is still to come
  const next = requests.afterPause()
  requests.put('resume')
  await next
  const after = requests.interruption()
  expect(after.aborted).toBe(false)
  requests.put('stop')
  expect([after.aborted, requests.interruption().aborted]).toEqual([true, true])
})

test('a stop stands, whatever comes after it', async () => {
  const requests = new RequestQueue()
  requests.put('pause')
  requests.put('stop')
  requests.put('resume')
  expect(requests.pending()).toBe('stop')
  expect(await requests.afterPause()).toBe('stop')
})

test('a paused job can be stopped, and a second pause changes nothing', async () => {
  const requests = new RequestQueue()
  requests.put('pause')
  const next = requests.afterPause()
  requests.put('pause')
  requests.put('stop')
  expect(await next).toBe('stop')
})
