import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { readRankFlags } from '../../../../src-main/cli/rank-flags'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

function hostFile(text: string): string {
  const path = join(temporaryFolder(), 'hosts')
  writeFileSync(path, text)
  return path
}

test('no flags, and a number of ranks on this machine', async () => {
  expect(await readRankFlags({})).toEqual({ ranks: null, hosts: null, rank: null })
  expect(await readRankFlags({ ranks: '2' })).toEqual({ ranks: 2, hosts: null, rank: null })
})

test('a file of hosts, and which of them this machine is', async () => {
  const cluster = hostFile('# the first\n10.0.0.5:2222\n\n  [::1]:2223 \n')
  expect(await readRankFlags({ cluster, rank: '1' })).toEqual({
    ranks: 2,
    hosts: ['10.0.0.5:2222', '[::1]:2223'],
    rank: 1,
  })
})

test.each([
  ['a rank without a file', { rank: '0' }, /--rank is/],
  ['both ways at once', { ranks: '2', cluster: 'hosts', rank: '0' }, /--ranks is for/],
  ['no ranks', { ranks: '0' }, /--ranks is 0/],
])('%s is refused', async (_, values, message) => {
  expect((await failureOf(() => readRankFlags(values))).message).toMatch(message)
})

test('a file without this machine, one without hosts, and none', async () => {
  const cluster = hostFile('a:1\nb:1\n')
  for (const values of [{ cluster }, { cluster, rank: '2' }]) {
    expect((await failureOf(() => readRankFlags(values))).message).toContain('from 0 to 1')
  }
  const empty = hostFile('# nobody\n')
  expect((await failureOf(() => readRankFlags({ cluster: empty, rank: '0' }))).code).toBe('ranks.hosts')
  const none = await failureOf(() => readRankFlags({ cluster: '/no/such/file', rank: '0' }))
  expect(none.message).toContain('/no/such/file could not be read')
})
