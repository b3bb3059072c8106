import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { projectDir } from '../../../src-main/native/paths'
import { temporaryFolder } from '../../support/temporary-folder'

const launcher = join(projectDir(), 'scripts', 'launch.mjs')

describe('launch.mjs', () => {
  it.each(['18.20.4', '20.18.3', '21.7.3', '22.12.0'])(
    'says of Node %s what is needed, and exits with 1',
    (version) => {
      const pretend = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`
      const { status, stderr } = spawnSync(process.execPath, ['--import', pretend, launcher, 'setup'], {
        encoding: 'utf8',
      })
      expect(stderr).toBe(
        `Midbench runs on Node 20.19 and newer of that line, and on 22.13 and newer; this is Node ${version}. ` +
          'Install Node 24, 22 or 20, which it is tested on, then run this again.\n',
      )
      expect(status).toBe(1)
    },
  )

  it.each(['20.19.0', '22.13.0', '23.11.1', '24.0.0', '26.12.1'])('takes Node %s', (version) => {
    const pretend = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`
    const args = ['--import', pretend, launcher, 'setup', '--no-such-flag']
    expect(spawnSync(process.execPath, args, { encoding: 'utf8' }).stderr).toContain('Usage: npm run setup')
  })

  it('has the rule that package.json states', () => {
    const { engines } = createRequire(import.meta.url)('../../../package.json') as {
      engines: { node: string }
    }
    expect(engines.node).toBe('^20.19.0 || >=22.13.0')
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
