import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { tensorflowDir } from '../../../../../src-main/native/installation'
import { ensureTensorflow, requirePip } from '../../../../../src-main/native/setup/tensorflow-library'
import { containing } from '../../../../support/containing'
import { temporaryFolder } from '../../../../support/temporary-folder'

const ignore = () => undefined

beforeEach(() => {
  vi.stubEnv('MIDBENCH_CACHE', temporaryFolder())
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('requirePip', () => {
  it('is content with pip', async () => {
    await requirePip()
  })

  it('says what to install where there is no Python', async () => {
    vi.stubEnv('PATH', '')
    await expect(requirePip()).rejects.toMatchObject({
      code: 'pip.missing',
      message: containing('python3'),
      remedy: containing('python3-pip'),
    })
  })

  it('says what to install where Python has no pip', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'python3'), '#!/bin/sh\necho "No module named pip" >&2\nexit 1\n')
    chmodSync(join(folder, 'python3'), 0o755)
    vi.stubEnv('PATH', folder)
    await expect(requirePip()).rejects.toMatchObject({ code: 'pip.missing' })
  })
})

describe('ensureTensorflow', () => {
  it('installs nothing where pip is missing', async () => {
    vi.stubEnv('PATH', '')
    await expect(ensureTensorflow('cpu', ignore, false)).rejects.toMatchObject({ code: 'pip.missing' })
    expect(existsSync(tensorflowDir('cpu'))).toBe(false)
  })
})
