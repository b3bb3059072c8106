import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { projectDir } from '../../../src-main/native/paths'
import { temporaryFolder } from '../../support/temporary-folder'

const launcher = join(projectDir(), 'scripts', 'launch.mjs')

describe('launch.mjs', () => {
  it('says which Node is needed, and exits with 1', () => {
    const pretend = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } })`
    const { status, stderr } = spawnSync(process.execPath, ['--import', pretend, launcher, 'setup'], {
      encoding: 'utf8',
    })
    expect(stderr).toBe(
      'Midbench needs Node 20.19 or newer, and this is Node 18.20.4. Install a newer one, then run this again.\n',
    )
    expect(status).toBe(1)
  })

  it('asks for npm ci where the packages are missing', () => {
    const project = temporaryFolder()
    mkdirSync(join(project, 'scripts'))
    cpSync(launcher, join(project, 'scripts', 'launch.mjs'))
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(project, 'scripts', 'launch.mjs'), 'setup'],
      {
        encoding: 'utf8',
      },
    )
    expect(stderr).toContain('npm ci')
    expect(status).toBe(1)
  })

  it('runs a TypeScript command', () => {
    const { status, stderr } = spawnSync(process.execPath, [launcher, 'setup', '--no-such-flag'], {
      encoding: 'utf8',
    })
    expect(stderr).toContain('Usage: npm run setup')
    expect(status).toBe(2)
  })
})
