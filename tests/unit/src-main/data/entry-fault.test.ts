import { expect, it } from 'vitest'

import { forKey } from '../../../../src-main/data/entry-fault'
import { failureOf } from '../../../support/failure'

const failingWith = (code: string) => () =>
  forKey('filepath', '/data/talk.jsonl', () => Promise.reject(Object.assign(new Error(code), { code })))

it('says of a file that cannot be read what is wrong with it', async () => {
  expect(await failureOf(failingWith('ENOENT'))).toMatchObject({
    code: 'data.missing',
    issues: [{ path: 'filepath', message: '/data/talk.jsonl: there is no such file' }],
  })
})

it('does not blame the file where the cache has no room for what is made of it', async () => {
  const failure = await failureOf(failingWith('ENOSPC'))
  expect(failure).toMatchObject({
    code: 'disk.full',
    message: '/data/talk.jsonl: what is made of it cannot be kept in the cache, since the disk is full.',
  })
  expect(failure.remedy).toContain('Make room')
})
