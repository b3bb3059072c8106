import { readdirSync } from 'node:fs'

import { afterEach, describe, expect, it, vi } from 'vitest'

import { doctor } from '../../../../src-main/native/doctor'
import { containing } from '../../../support/containing'
import { temporaryFolder } from '../../../support/temporary-folder'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('doctor', () => {
  it('finds what a run would use where everything is installed', async () => {
    const { checks, device } = await doctor()
    expect(device).toMatch(/^(CPU, \d+ threads|GPU, .+)$/)
    expect(checks.filter((check) => check.status === 'fail')).toEqual([])
    const ids = checks.map((check) => check.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(
      expect.arrayContaining(['node', 'tensorflow', 'binding', 'backend', 'cpu', 'electron']),
    )
  })

  it('says what is missing and what to do where nothing is, and installs nothing', async () => {
    const cache = temporaryFolder()
    vi.stubEnv('MIDBENCH_CACHE', cache)
    const { checks, device } = await doctor()
    expect(device).toBeNull()
    const failed = checks.filter((check) => check.status === 'fail')
    expect(failed.map((check) => check.id)).toEqual(['tensorflow', 'binding', 'backend'])
    for (const check of failed) expect(check.remedy).toContain('npm run setup')
    expect(readdirSync(cache)).toEqual([])
  })

  it('works where no other program can be found', async () => {
    vi.stubEnv('PATH', '')
    vi.stubEnv('DISPLAY', undefined)
    vi.stubEnv('WAYLAND_DISPLAY', undefined)
    const { checks } = await doctor()
    const find = (id: string) => checks.find((check) => check.id === id)
    expect(find('packages')).toMatchObject({ status: 'warn', detail: containing('xvfb') })
    expect(find('display')).toMatchObject({ status: 'warn', remedy: containing('terminal') })
  })
})
