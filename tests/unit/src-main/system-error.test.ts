import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { toFailure } from '../../../src-main/errors'
import { reasonOf, systemFailure } from '../../../src-main/system-error'
import { temporaryFolder } from '../../support/temporary-folder'

async function thrownBy(run: () => Promise<unknown>): Promise<unknown> {
  return run().then(
    () => undefined,
    (error: unknown) => error,
  )
}

it.each([
  ['a missing file', 'file.missing', () => readFile('/nowhere/a')],
  ['a folder that cannot be made', 'file.missing', () => mkdir('/proc/nowhere/a')],
  ['a file in the way', 'file.missing', () => mkdir('/etc/passwd/a')],
  ['a folder where a file belongs', 'file.not-regular', () => readFile('/tmp')],
  ['a folder in the way', 'file.taken', () => mkdir('/tmp')],
  ['a disk without room', 'disk.full', () => writeFile('/dev/full', 'x')],
  ['a name that is too long', 'file.name', () => open(`/tmp/${'x'.repeat(300)}`)],
  ['a name with a NUL character', 'file.name', () => open('/tmp/\0')],
  ['what has no name', 'file.missing', () => rename(join(temporaryFolder(), 'a'), '/tmp/b')],
])('says %s in words', async (_what, code, run) => {
  const error = await thrownBy(run)
  const failure = toFailure(error)
  expect(failure).toMatchObject({ code, remedy: expect.any(String) as string })
  expect(failure.message).not.toMatch(/\bE[A-Z]{4,}\b|errno|syscall/)
  expect(failure.message.endsWith('.')).toBe(true)
  expect(reasonOf(error)).not.toMatch(/\bE[A-Z]{4,}\b/)
})

it('leaves any other error as it is', () => {
  expect(systemFailure(new TypeError('x is not a function'))).toBeUndefined()
  expect(toFailure(new RangeError('odd'))).toEqual({ code: 'internal', message: 'odd' })
  expect(toFailure('text')).toEqual({ code: 'internal', message: 'text' })
  expect(reasonOf(new Error('It is odd.'))).toBe('It is odd')
})
