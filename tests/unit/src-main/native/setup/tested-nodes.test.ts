import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it, vi } from 'vitest'

import { testedNodes } from '../../../../../src-main/native/setup/pinned'
import {
  ensureOtherNodes,
  hasOtherNodes,
  majorOf,
  otherNodes,
} from '../../../../../src-main/native/setup/tested-nodes'
import { containing } from '../../../../support/containing'
import { temporaryFolder } from '../../../../support/temporary-folder'

afterEach(() => {
  vi.unstubAllEnvs()
})

const majors = (running: string) => otherNodes(running).map(({ version }) => majorOf(version))

describe('otherNodes', () => {
  it('are the tested ones but for the running line', () => {
    expect(majors('20.19.0')).toEqual(['22', '24'])
    expect(majors('24.22.3')).toEqual(['20', '22'])
    expect(majors('26.1.0')).toEqual(['20', '22', '24'])
  })

  it('start, where they are installed, and are what they are pinned as', () => {
    expect(hasOtherNodes()).toBe(true) // npm test has seen to it
    for (const { version, executable } of otherNodes()) {
      expect(spawnSync(executable, ['--version'], { encoding: 'utf8' }).stdout).toBe(`v${version}\n`)
    }
  })
})

describe('ensureOtherNodes', () => {
  it('finds none in an empty cache, and installs nothing where npm brings something else', async () => {
    const folder = temporaryFolder()
    const cache = join(folder, 'cache')
    vi.stubEnv('MIDBENCH_CACHE', cache)
    expect(hasOtherNodes()).toBe(false)
    const other = otherNodes()[0]
    mkdirSync(join(folder, 'bin'))
    const npm = `#!/bin/sh\necho other > "$4/${other?.pin.file ?? ''}"\n` // npm pack --loglevel=error --pack-destination FOLDER
    writeFileSync(join(folder, 'bin', 'npm'), npm, { mode: 0o755 })
    vi.stubEnv('PATH', `${join(folder, 'bin')}:/usr/bin:/bin`)
    await expect(ensureOtherNodes(() => undefined, { waits: [] })).rejects.toMatchObject({
      code: 'download.checksum',
      message: containing(other?.pin.requirement ?? ''),
    })
    expect(hasOtherNodes()).toBe(false)
  })

  it('downloads nothing where they are installed', async () => {
    vi.stubEnv('PATH', '')
    const events: unknown[] = []
    await ensureOtherNodes((event) => events.push(event))
    expect(events).toEqual([])
  })
})

it('every pinned Node is of a line of its own', () => {
  expect(new Set(testedNodes.map(({ version }) => majorOf(version))).size).toBe(testedNodes.length)
})
