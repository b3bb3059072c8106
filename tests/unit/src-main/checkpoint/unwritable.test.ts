import { expect, it } from 'vitest'
import { saving } from '../../../../src-main/checkpoint/unwritable'
import { containing } from '../../../support/containing'

it('gives what the work gives', async () => {
  expect(await saving('/run', () => Promise.resolve(1))).toBe(1)
})

it('says in words why the system refuses to write, and what to do', async () => {
  const full = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' })
  await expect(saving('/run/step_1', () => Promise.reject(full))).rejects.toMatchObject({
    code: 'checkpoint.write',
    message: containing('/run/step_1 could not be written: the disk is full'),
    cause: full,
  })
})

it('leaves any other failure as it is', async () => {
  const other = new Error('no such tensor')
  await expect(saving('/run', () => Promise.reject(other))).rejects.toBe(other)
})
