import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { SettingsStore } from '../../../../src-main/app/settings'
import { temporaryFolder } from '../../../support/temporary-folder'

describe('SettingsStore', () => {
  it('starts with defaults and keeps changes over a restart', async () => {
    const path = join(temporaryFolder(), 'settings.json')
    const settings = new SettingsStore(path)
    expect(settings.current).toEqual({ theme: 'system', base_dir: null, threads: null })
    await settings.update({ theme: 'dark', threads: 2 })
    await settings.update({ threads: null, base_dir: '/nanochat' })
    expect(new SettingsStore(path).current).toEqual({ theme: 'dark', base_dir: '/nanochat', threads: null })
  })

  it('leaves alone what a change does not name', async () => {
    const settings = new SettingsStore(join(temporaryFolder(), 'settings.json'))
    await settings.update({ base_dir: '/nanochat' })
    expect(await settings.update({ theme: undefined })).toEqual({
      theme: 'system',
      base_dir: '/nanochat',
      threads: null,
    })
  })

  it('tells who listens', async () => {
    const settings = new SettingsStore(join(temporaryFolder(), 'settings.json'))
    const heard: string[] = []
    settings.onChange(({ theme }) => heard.push(theme))
    await settings.update({ theme: 'light' })
    expect(heard).toEqual(['light'])
  })

  it('uses defaults in place of a damaged file, and says so', () => {
    const path = join(temporaryFolder(), 'settings.json')
    writeFileSync(path, '{"theme": "sepia"}')
    const settings = new SettingsStore(path)
    expect(settings.current.theme).toBe('system')
    expect(settings.problem).toContain(path)
  })
})
