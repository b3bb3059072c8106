import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { cacheDir, dataCacheDir, dataDir, projectDir } from '../../../../src-main/native/paths'

beforeEach(() => {
  for (const name of ['MIDBENCH_CACHE', 'MIDBENCH_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME'])
    vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('cacheDir and dataDir', () => {
  it('lie in the home folder', () => {
    expect(cacheDir()).toBe(join(homedir(), '.cache', 'midbench'))
    expect(dataDir()).toBe(join(homedir(), '.local', 'share', 'midbench'))
  })

  it('follow the XDG folders', () => {
    vi.stubEnv('XDG_CACHE_HOME', '/xdg/cache')
    vi.stubEnv('XDG_DATA_HOME', '/xdg/data')
    expect([cacheDir(), dataDir()]).toEqual(['/xdg/cache/midbench', '/xdg/data/midbench'])
  })

  it('follow Midbench’s own variables first', () => {
    vi.stubEnv('XDG_CACHE_HOME', '/xdg/cache')
    vi.stubEnv('MIDBENCH_CACHE', '/big/disk')
    vi.stubEnv('MIDBENCH_HOME', '/runs')
    expect([cacheDir(), dataCacheDir(), dataDir()]).toEqual(['/big/disk', '/big/disk/data', '/runs'])
  })
})

describe('projectDir', () => {
  it('is the checkout', () => {
    expect(existsSync(join(projectDir(), 'package.json'))).toBe(true)
  })
})
