import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { findPackage, installPackage } from '../../../../../../src-main/runs/loggers/python/python-packages'
import { failureOf } from '../../../../../support/failure'
import { standInForWandb } from '../../../../../support/stand-in-package'
import { temporaryFolder } from '../../../../../support/temporary-folder'

afterEach(() => {
  vi.unstubAllEnvs()
})

/** Puts a program in place of this machine's Python, for which `$HERE` is its own folder. */
function standInForPython(script: string): void {
  const folder = temporaryFolder()
  const path = join(folder, 'python3')
  writeFileSync(path, `#!/bin/sh\nHERE=${folder}\n${script}\n`)
  chmodSync(path, 0o755)
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`)
  vi.stubEnv('MIDBENCH_PYTHON', '')
}

/** What `-m venv` makes: a Python whose pip does what `pip` says. */
const venvWith = (pip: string): string =>
  [
    'if [ "$2" = venv ]; then mkdir -p "$3/bin"',
    `printf '#!/bin/sh\\nHERE=%s\\n%s\\n' "$HERE" '${pip}' > "$3/bin/python"; chmod +x "$3/bin/python"; exit 0; fi`,
    'exit 1',
  ].join('\n')

describe('a package', () => {
  test('is found where python3 has it, with its version', async () => {
    standInForWandb(temporaryFolder())
    expect(await findPackage('wandb', temporaryFolder())).toEqual({ python: 'python3', version: '0.0.1' })
  })

  test('is found in the environment of Midbench’s own before that, and in $MIDBENCH_PYTHON before both', async () => {
    standInForWandb(temporaryFolder())
    const dataDir = temporaryFolder()
    const own = join(dataDir, 'python', 'bin', 'python')
    mkdirSync(join(own, '..'), { recursive: true })
    writeFileSync(own, '#!/bin/sh\necho 7.0\n')
    chmodSync(own, 0o755)
    expect(await findPackage('wandb', dataDir)).toEqual({ python: own, version: '7.0' })
    const named = join(dataDir, 'named')
    writeFileSync(named, '#!/bin/sh\necho 8.0\n')
    chmodSync(named, 0o755)
    vi.stubEnv('MIDBENCH_PYTHON', named)
    expect(await findPackage('wandb', dataDir)).toEqual({ python: named, version: '8.0' })
  })

  test('is not a folder of its name where the program stands', async () => {
    vi.stubEnv('PATH', temporaryFolder())
    expect(await findPackage('wandb', temporaryFolder())).toBeNull()
  })
})

describe('installing', () => {
  test('makes an environment, says what pip does, and finds the package there', async () => {
    const pip = 'if [ "$1" = -c ]; then echo 0.31.0; else echo Collecting wandb; fi'
    standInForPython(venvWith(pip))
    const said: string[] = []
    const dataDir = temporaryFolder()
    const found = await installPackage('wandb', dataDir, { onProgress: ({ what }) => said.push(what) })
    expect(found).toEqual({ python: join(dataDir, 'python', 'bin', 'python'), version: '0.31.0' })
    expect(said[0]).toBe('making a Python environment')
    expect(said.at(-1)).toBe('installing wandb==0.31.0: Collecting wandb')
  })

  test('says what to do where Python has no venv, with its own words', async () => {
    standInForPython('echo "No module named venv" >&2; exit 1')
    const failure = await failureOf(() => installPackage('wandb', temporaryFolder()))
    expect(failure).toMatchObject({ code: 'python.missing' })
    expect(failure.message).toContain('No module named venv')
    expect(failure.remedy).toContain('python3-venv')
  })

  test('says why pip could not', async () => {
    standInForPython(venvWith('echo "ERROR: No matching distribution found" >&2; exit 1'))
    const failure = await failureOf(() => installPackage('trackio', temporaryFolder()))
    expect(failure).toMatchObject({ code: 'python.install' })
    expect(failure.message).toMatch(
      /^trackio==[\d.]+ could not be installed: ERROR: No matching distribution found/,
    )
  })

  test('ends when it is cancelled', async () => {
    standInForPython(venvWith('exec sleep 1000'))
    const stop = new AbortController()
    const installing = installPackage('wandb', temporaryFolder(), {
      signal: stop.signal,
      onProgress: ({ what }) => {
        if (what.startsWith('installing')) stop.abort()
      },
    })
    await expect(installing).rejects.toThrow('abort')
  })
})
