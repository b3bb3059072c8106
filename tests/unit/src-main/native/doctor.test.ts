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
    expect(device).toMatch(/^(CPU, \d+ threads?|GPU, .+)$/)
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

  it.each(['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'])(
    'names a number of threads in %s that would end TensorFlow',
    async (variable) => {
      vi.stubEnv(variable, '1000000000')
      const { checks, device } = await doctor()
      expect(device).toBeNull()
      const failed = checks.filter((check) => check.status === 'fail')
      expect(failed.map((check) => check.id)).toEqual(['backend', 'threads'])
      expect(failed[1]?.detail).toContain(`${variable} is 1000000000`)
      for (const check of failed) expect(check.remedy).toContain(variable)
    },
  )

  it('says what the environment leaves a run of the processors', async () => {
    vi.stubEnv('TF_NUM_INTRAOP_THREADS', '1')
    const { checks, device, processors } = await doctor()
    if (processors === 1) return // nothing is taken from a single one
    expect(checks.find((check) => check.id === 'threads')).toMatchObject({
      status: 'ok',
      detail: containing('TF_NUM_INTRAOP_THREADS leaves a run 1'),
    })
    expect(device).toMatch(/^(CPU, 1 thread|GPU, .+)$/)
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
