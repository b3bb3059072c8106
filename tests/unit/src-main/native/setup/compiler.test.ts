import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { bindingDir } from '../../../../../src-main/native/installation'
import { ensureBinding, requireCompiler } from '../../../../../src-main/native/setup/compiler'
import { containing } from '../../../../support/containing'
import { temporaryFolder } from '../../../../support/temporary-folder'

const ignore = () => undefined
let cache: string

beforeEach(() => {
  cache = temporaryFolder()
  vi.stubEnv('MIDBENCH_CACHE', cache)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

/** Makes a compiler of a shell script; `$out` is the file it should write. */
function useCompiler(script: string): void {
  const path = join(temporaryFolder(), 'compiler')
  const findOutput = 'while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done'
  writeFileSync(path, `#!/bin/sh\n${findOutput}\n${script}\n`)
  chmodSync(path, 0o755)
  vi.stubEnv('CXX', path)
}

describe('requireCompiler', () => {
  it('says what to install where there is none', async () => {
    vi.stubEnv('PATH', '')
    vi.stubEnv('CXX', undefined)
    await expect(requireCompiler()).rejects.toMatchObject({
      code: 'compiler.missing',
      remedy: containing('g++'),
    })
  })

  it('is content with a compiler', async () => {
    await requireCompiler()
  })
})

describe('ensureBinding', () => {
  it('builds once, and again where a file of it is damaged', async () => {
    useCompiler('echo built > "$out"')
    expect(await ensureBinding('cpu', ignore, true)).toBe(true)
    expect(readdirSync(bindingDir('cpu'))).toEqual(
      expect.arrayContaining(['environment.node', 'tfjs_binding.node']),
    )
    expect(await ensureBinding('cpu', ignore, true)).toBe(false)
    const file = join(bindingDir('cpu'), 'tfjs_binding.node')
    writeFileSync(file, 'bui1t\n')
    expect(await ensureBinding('cpu', ignore, true)).toBe(true)
    expect(readFileSync(file, 'utf8')).toBe('built\n')
  })

  it('shows what the compiler said and leaves nothing', async () => {
    useCompiler('echo "c_api.h: No such file" >&2; exit 1')
    await expect(ensureBinding('cpu', ignore, false)).rejects.toMatchObject({
      code: 'compiler.failed',
      message: containing('c_api.h: No such file'),
    })
    expect(readdirSync(cache)).toEqual([])
  })
})
