import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openParquet } from '../../../../../src-main/data/files/parquet-rows'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { temporaryFolder } from '../../../../support/temporary-folder'

const ONE_GROUP = goldenPath('datasets/gsm8k-main-train.parquet')

it('gives all rows in order, and lets other work of the thread in between those of one group', async () => {
  const file = await openParquet(ONE_GROUP, ['question', 'answer'])
  const numbers: number[] = []
  let cameInAfter = Infinity
  for await (const { number } of file.read()) {
    if (number === 0) setImmediate(() => (cameInAfter = numbers.length))
    numbers.push(number)
  }
  await file.close()
  expect(numbers).toEqual(Array.from({ length: 120 }, (_, row) => row))
  expect(cameInAfter).toBeLessThan(120)
})

const LARGE_GROUP = goldenPath('large/smoltalk-one-group.parquet')

it('gives the rows of a large group, and lets other work of the thread in while it is decoded', async () => {
  const file = await openParquet(LARGE_GROUP, ['messages'])
  onTestFinished(() => file.close())
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  let turnsBefore = 0
  let rows = 0
  for await (const { number, value } of file.read()) {
    if (number === 0) turnsBefore = turns
    expect(number).toBe(rows++)
    if (number !== 149_999) continue
    expect(value).toMatchObject({
      messages: [{ role: 'user' }, { content: expect.stringContaining('Answer 49') }],
    })
  }
  clearInterval(timer)
  expect(rows).toBe(150_000)
  expect(turnsBefore).toBeGreaterThan(10)
}, 60_000)

it('stops in the middle of a large group', async () => {
  const file = await openParquet(LARGE_GROUP, ['messages'])
  onTestFinished(() => file.close())
  const stop = new AbortController()
  const reading = file.read(stop.signal).next()
  setTimeout(() => stop.abort(), 5)
  await expect(reading).rejects.toThrow('abort')
}, 60_000)

it('says what is wrong with a large group', async () => {
  const bytes = readFileSync(LARGE_GROUP)
  bytes.fill(0xff, 400, 600)
  const path = join(temporaryFolder(), 'a.parquet')
  writeFileSync(path, bytes)
  const file = await openParquet(path, ['messages'])
  onTestFinished(() => file.close())
  const failure = await failureOf(() => file.read().next())
  expect(failure.code).toBe('data.unreadable')
  expect(failure.message).toContain('row group 0 (from row 0) cannot be read')
}, 60_000)

it('names the columns that a file lacks', async () => {
  const failure = await failureOf(() => openParquet(ONE_GROUP, ['question', 'choices']))
  expect(failure.code).toBe('data.schema')
  expect(failure.message).toContain('no column choices')
})
