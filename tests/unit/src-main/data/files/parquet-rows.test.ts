import { expect, it } from 'vitest'
import { openParquet } from '../../../../../src-main/data/files/parquet-rows'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'

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

it('names the columns that a file lacks', async () => {
  const failure = await failureOf(() => openParquet(ONE_GROUP, ['question', 'choices']))
  expect(failure.code).toBe('data.schema')
  expect(failure.message).toContain('no column choices')
})
