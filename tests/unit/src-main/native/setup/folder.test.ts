import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, vi } from 'vitest'

import {
  alone,
  findCorruptFile,
  installFolder,
  isInstalled,
} from '../../../../../src-main/native/setup/folder'
import { removeLeftovers } from '../../../../../src-main/files/leftovers'
import type { SetupEvent } from '../../../../../src-main/native/setup/report'
import { temporaryFolder } from '../../../../support/temporary-folder'

async function installExample(target: string, text = 'library'): Promise<void> {
  await installFolder(target, (staging) => {
    mkdirSync(join(staging, 'lib'))
    writeFileSync(join(staging, 'lib', 'a.so'), text)
    return Promise.resolve()
  })
}

describe('alone', () => {
  it('lets one set-up work at a time and tells the other that it waits', async () => {
    const folder = join(temporaryFolder(), 'cache')
    const events: SetupEvent[] = []
    const report = (event: SetupEvent) => void events.push(event)
    let working = 0
    const work = async () => {
      expect(++working).toBe(1)
      await vi.waitUntil(() => events.length > 0, { timeout: 30_000 })
      working--
    }
    await Promise.all([alone(folder, report, work), alone(folder, report, work)])
    // Two notes where both came together twice and withdrew; the second never finds the lock free without one.
    expect(new Set(events.map((event) => event.kind))).toEqual(new Set(['note']))
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('installFolder', () => {
  it('puts a whole folder in place and leaves nothing beside it', async () => {
    const cache = temporaryFolder()
    await installExample(join(cache, 'tool'))
    expect(isInstalled(join(cache, 'tool'))).toBe(true)
    expect(readdirSync(cache)).toEqual(['tool'])
  })

  it('replaces what was there', async () => {
    const target = join(temporaryFolder(), 'tool')
    await installExample(target, 'old')
    await installExample(target, 'new')
    expect(readFileSync(join(target, 'lib', 'a.so'), 'utf8')).toBe('new')
  })

  it('leaves nothing where building it fails', async () => {
    const cache = temporaryFolder()
    const failing = installFolder(join(cache, 'tool'), (staging) => {
      writeFileSync(join(staging, 'half'), 'x')
      return Promise.reject(new Error('disk full'))
    })
    await expect(failing).rejects.toThrow('disk full')
    expect(readdirSync(cache)).toEqual([])
  })

  it('keeps the installed folder where building its replacement fails', async () => {
    const target = join(temporaryFolder(), 'tool')
    await installExample(target)
    await expect(installFolder(target, () => Promise.reject(new Error('no')))).rejects.toThrow()
    expect(isInstalled(target)).toBe(true)
  })

  it('leaves only what the next set-up removes when it is killed', async () => {
    const cache = temporaryFolder()
    const module = new URL('../../../../../src-main/native/setup/folder.ts', import.meta.url).href
    const program = `import { register } from 'tsx/esm/api'
      register()
      const { installFolder } = await import(${JSON.stringify(module)})
      const { writeFileSync } = await import('node:fs')
      await installFolder(${JSON.stringify(join(cache, 'tool'))}, async (staging) => {
        writeFileSync(staging + '/half', 'x')
        console.log('working')
        await new Promise((resolve) => setTimeout(resolve, 60000))
      })`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program])
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isInstalled(join(cache, 'tool'))).toBe(false)
    expect(readdirSync(cache)).toHaveLength(1)
    await removeLeftovers(cache)
    expect(readdirSync(cache)).toEqual([])
  })
})

describe('isInstalled', () => {
  it('refuses a folder without a manifest, with a missing file, or with a truncated one', async () => {
    const cache = temporaryFolder()
    expect(isInstalled(join(cache, 'absent'))).toBe(false)
    mkdirSync(join(cache, 'unlisted'))
    expect(isInstalled(join(cache, 'unlisted'))).toBe(false)

    const target = join(cache, 'tool')
    await installExample(target)
    truncateSync(join(target, 'lib', 'a.so'), 3)
    expect(isInstalled(target)).toBe(false)
  })

  it('refuses a damaged manifest', async () => {
    const target = join(temporaryFolder(), 'tool')
    await installExample(target)
    const manifest = readdirSync(target).find((name) => name.endsWith('.json')) ?? ''
    writeFileSync(join(target, manifest), '{"files": [')
    expect(isInstalled(target)).toBe(false)
  })
})

describe('findCorruptFile', () => {
  it('finds a changed byte that the size does not show, and nothing in a whole folder', async () => {
    const target = join(temporaryFolder(), 'tool')
    await installExample(target)
    expect(await findCorruptFile(target)).toBeUndefined()
    writeFileSync(join(target, 'lib', 'a.so'), 'librarz')
    expect(isInstalled(target)).toBe(true)
    expect(await findCorruptFile(target)).toBe(join(target, 'lib', 'a.so'))
  })
})
