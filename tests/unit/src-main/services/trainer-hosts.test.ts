/** Who decides where a trainer lives: the environment, the person, the self-test, in that order. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { TrainerHosts } from '../../../../src-main/services/trainer-hosts'
import type { TrainerStatus } from '../../../../src-main/contract/contract'
import { readSelfTest, writeSelfTest } from '../../../../src-main/native/self-test-record'
import { linkInstalled } from '../../../support/private-cache'
import { temporaryFolder } from '../../../support/temporary-folder'

const ELECTRON = '0.0.0-test'

const PASSES = `console.log(JSON.stringify({ type: 'self-test', result: { peakBytes: 4e9, losses: [1] } }))`

function hosts(
  script: string,
  { choice = 'auto', blockBytes = 1 }: Partial<HostsSetting> = {},
): { hosts: TrainerHosts; heard: TrainerStatus[] } {
  const heard: TrainerStatus[] = []
  const made = new TrainerHosts({
    electron: ELECTRON,
    command: () => ({ executable: process.execPath, args: ['--eval', script], env: {} }),
    blockBytes,
    choice: () => choice,
    changed: (status) => heard.push(status),
  })
  return { hosts: made, heard }
}

interface HostsSetting {
  choice: 'auto' | 'thread' | 'process'
  blockBytes: number
}

beforeEach(() => {
  vi.stubEnv('MIDBENCH_CACHE', linkInstalled(temporaryFolder()))
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the host', () => {
  it('is a thread once the self-test has passed, also for the next app', async () => {
    const first = hosts(PASSES)
    expect(first.hosts.status()).toMatchObject({ host: 'process', self_test: { state: 'none' } })
    await first.hosts.ensure()
    expect(first.hosts.status()).toMatchObject({
      host: 'thread',
      decided_by: 'self-test',
      self_test: { state: 'passed' },
    })
    expect(first.heard.map(({ self_test }) => self_test.state)).toEqual(['running', 'passed'])
    const next = hosts('process.exit(1)')
    await next.hosts.ensure() // makes none
    expect(next.hosts.status()).toMatchObject({ host: 'thread', self_test: { state: 'passed' } })
  })

  it('is as the environment says before anything else, and no test is made', async () => {
    vi.stubEnv('MIDBENCH_TRAINER_HOST', 'process')
    const { hosts: some } = hosts(PASSES, { choice: 'thread' })
    await some.ensure()
    expect(some.status()).toMatchObject({ host: 'process', decided_by: 'environment' })
    expect(readSelfTest(ELECTRON)).toBeNull()
  })

  it('of an environment that names none is refused', () => {
    vi.stubEnv('MIDBENCH_TRAINER_HOST', 'somewhere')
    expect(() => hosts(PASSES).hosts.status()).toThrow('MIDBENCH_TRAINER_HOST is "somewhere".')
  })

  it('is as the person says', async () => {
    const { hosts: some } = hosts(PASSES, { choice: 'thread' })
    await some.ensure()
    expect(some.status()).toMatchObject({ host: 'thread', decided_by: 'settings' })
    expect(readSelfTest(ELECTRON)).toBeNull()
  })

  it('is a process where there is no memory for the test, and it is tried again another time', async () => {
    const { hosts: some } = hosts(PASSES, { blockBytes: 2 ** 50 })
    await some.ensure()
    const { host, self_test } = some.status()
    expect({ host, state: self_test.state }).toEqual({ host: 'process', state: 'skipped' })
    expect(self_test.reason).toMatch(/^It needs .* of free memory, and .* are free\.$/)
    expect(readSelfTest(ELECTRON)).toBeNull()
  })
})

describe('a test that is asked for again', () => {
  it('replaces what was found', async () => {
    await writeSelfTest(ELECTRON, { passed: false, reason: 'It was ended.', at: 1, program: null })
    const { hosts: some } = hosts(PASSES)
    expect(some.status()).toMatchObject({ host: 'process', self_test: { state: 'failed', at: 1 } })
    const signal = new AbortController().signal
    expect(await some.test({ signal, onProgress: () => undefined })).toMatchObject({ host: 'thread' })
    expect(readSelfTest(ELECTRON)).toMatchObject({ passed: true })
  })

  it('and is cancelled leaves what was found', async () => {
    await writeSelfTest(ELECTRON, { passed: true, reason: 'It held.', at: 1, program: null })
    const { hosts: some } = hosts('setInterval(() => undefined, 1000)')
    const abort = new AbortController()
    const testing = some.test({ signal: abort.signal, onProgress: () => undefined })
    abort.abort()
    await expect(testing).rejects.toThrow(/abort/i)
    expect(some.status()).toMatchObject({ host: 'thread', self_test: { state: 'passed', at: 1 } })
  })
})
