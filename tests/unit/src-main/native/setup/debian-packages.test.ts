import { afterEach, describe, expect, it, vi } from 'vitest'

import { ensurePackages, missingPackages } from '../../../../../src-main/native/setup/debian-packages'
import { containing } from '../../../../support/containing'

const ignore = () => undefined

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('missingPackages', () => {
  it('asks for nothing where nothing is needed', async () => {
    vi.stubEnv('PATH', '')
    expect(await missingPackages([])).toEqual([])
  })

  it('asks for Xvfb where it is not on the PATH', async () => {
    vi.stubEnv('PATH', '')
    expect(await missingPackages(['virtual display'])).toEqual(['xvfb'])
  })
})

describe('ensurePackages', () => {
  it('names the packages where there is no apt-get', async () => {
    vi.stubEnv('PATH', '')
    await expect(ensurePackages(['virtual display'], ignore)).rejects.toMatchObject({
      code: 'packages.missing',
      message: containing('xvfb'),
      remedy: containing('package manager'),
    })
  })
})
