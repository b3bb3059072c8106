import { expect, test } from 'vitest'

import { pythonHere } from '../../../../src-main/services/measured-data'

const here = { python: '/usr/bin/python3 (3.11.7)', isolation: { network: true, files: true, user: false } }

test('Python is looked for until it is found, and then no more', async () => {
  expect(await pythonHere(() => Promise.resolve(null))).toBeNull()
  await expect(pythonHere(() => Promise.reject(new Error('no processes left')))).rejects.toThrow(
    'no processes',
  )
  expect(await pythonHere(() => Promise.resolve(here))).toEqual(here)
  expect(await pythonHere(() => Promise.resolve(null))).toEqual(here)
})
