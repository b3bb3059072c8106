import { join } from 'node:path'
import { expect, test } from 'vitest'

import { QueueList } from '../../../../../src-main/runs/queue/queue-list'
import { failureOf } from '../../../../support/failure'
import { sampleConfig } from '../../../../support/run-samples'
import { temporaryFolder } from '../../../../support/temporary-folder'

async function listOf(...names: string[]) {
  const path = join(temporaryFolder(), 'queue.json')
  const list = new QueueList(path, () => undefined)
  const ids = await list.add(names.map((name) => ({ name, config: sampleConfig(), path: null })))
  const order = (): string => list.shown.map(({ name }) => name).join(' ')
  return { list, path, id: (index: number) => ids[index] ?? '', order }
}

test('is moved about behind what has begun, and read as it was written', async () => {
  const { list, path, id, order } = await listOf('a', 'b', 'c', 'd')
  await list.change(id(0), { state: 'begun', run_id: 'run' })
  await list.move(id(3), 0)
  expect(order()).toBe('a d b c')
  await list.move(id(1), 99)
  expect(order()).toBe('a d c b')
  expect((await failureOf(() => list.move(id(0), 2))).code).toBe('queue.unknown')
  await list.setState('ending')
  const read = new QueueList(path, () => undefined)
  expect([read.state, read.shown]).toEqual(['ending', list.shown])
})

test('puts what was taken out back where it was', async () => {
  const { list, id, order } = await listOf('a', 'b', 'c', 'd')
  await list.remove([id(1), id(2), 'unknown'])
  expect(order()).toBe('a d')
  await list.putBack([id(2), id(1)])
  expect(order()).toBe('a b c d')
  await list.remove([id(0)])
  await list.change(id(1), { state: 'ended' })
  await list.putBack([id(0)]) // what waits stays behind what has begun
  expect(order()).toBe('b a c d')
})

test('lets only what is over wait again, behind all others', async () => {
  const { list, id, order } = await listOf('a', 'b', 'c')
  await list.change(id(0), { state: 'begun', run_id: 'run' })
  expect((await failureOf(() => list.again(id(0)))).code).toBe('queue.unknown')
  await list.change(id(0), { state: 'ended' })
  await list.again(id(0))
  expect([order(), list.shown[2]]).toMatchObject(['b c a', { state: 'waiting', run_id: null }])
})

test('holds so many and no more', async () => {
  const { list } = await listOf()
  const many = Array.from({ length: 501 }, () => ({ name: 'x', config: sampleConfig(), path: null }))
  expect((await failureOf(() => list.add(many))).code).toBe('queue.full')
})
