import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import {
  bindingDir,
  findLibrary,
  findTensorflow,
  tensorflowDir,
  type TensorflowVariant,
} from '../../../../src-main/native/installation'
import { installFolder } from '../../../../src-main/native/setup/folder'
import { containing } from '../../../support/containing'
import { temporaryFolder } from '../../../support/temporary-folder'

beforeEach(() => {
  vi.stubEnv('MIDBENCH_CACHE', temporaryFolder())
  vi.stubEnv('MIDBENCH_TENSORFLOW', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

async function install(folder: string): Promise<void> {
  await installFolder(folder, (staging) => {
    writeFileSync(join(staging, 'library.so'), 'x')
    return Promise.resolve()
  })
}

describe('findLibrary', () => {
  it('says what to run where nothing is installed', () => {
    expect(() => findLibrary()).toThrow(
      expect.objectContaining({
        code: 'tensorflow.missing',
        remedy: containing('npm run setup'),
      }),
    )
  })

  it('tells damaged from missing', () => {
    mkdirSync(tensorflowDir('cpu'))
    expect(() => findLibrary()).toThrow(expect.objectContaining({ code: 'tensorflow.damaged' }))
  })

  it('prefers CUDA, unless another is chosen', async () => {
    const variants: TensorflowVariant[] = ['cpu', 'cuda']
    for (const variant of variants) await install(tensorflowDir(variant))
    expect(findLibrary().variant).toBe('cuda')
    vi.stubEnv('MIDBENCH_TENSORFLOW', 'cpu')
    expect(findLibrary().variant).toBe('cpu')
  })

  it('does not take another variant than the chosen one', async () => {
    await install(tensorflowDir('cpu'))
    vi.stubEnv('MIDBENCH_TENSORFLOW', 'cuda')
    expect(() => findLibrary()).toThrow(expect.objectContaining({ code: 'tensorflow.missing' }))
  })
})

describe('findTensorflow', () => {
  it('needs the binding of the same variant', async () => {
    await install(tensorflowDir('cpu'))
    await install(bindingDir('cuda'))
    expect(() => findTensorflow()).toThrow(expect.objectContaining({ code: 'binding.missing' }))
    await install(bindingDir('cpu'))
    expect(findTensorflow().bindingDirectory).toBe(bindingDir('cpu'))
  })
})
