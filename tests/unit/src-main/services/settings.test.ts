import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { PLAIN_CURVES } from '../../../../src-main/contract/contract'
import { SettingsStore } from '../../../../src-main/services/settings'
import { containing } from '../../../support/containing'
import { temporaryFolder } from '../../../support/temporary-folder'

/** The settings of someone who has chosen nothing. */
const DEFAULTS = {
  theme: 'system',
  base_dir: null,
  threads: null,
  trainer_host: 'auto',
  curves: PLAIN_CURVES,
  text_size: 100,
  notify: true,
}

describe('SettingsStore', () => {
  it('starts with defaults and keeps changes over a restart', async () => {
    const path = join(temporaryFolder(), 'settings.json')
    const settings = new SettingsStore(path)
    expect(settings.current).toEqual(DEFAULTS)
    await settings.update({ theme: 'dark', threads: 1 })
    await settings.update({ threads: null, base_dir: '/nanochat' })
    expect(new SettingsStore(path).current).toEqual({ ...DEFAULTS, theme: 'dark', base_dir: '/nanochat' })
  })

  it('leaves alone what a change does not name', async () => {
    const settings = new SettingsStore(join(temporaryFolder(), 'settings.json'))
    await settings.update({ base_dir: '/nanochat' })
    expect(await settings.update({ theme: undefined })).toEqual({ ...DEFAULTS, base_dir: '/nanochat' })
  })

  it('keeps how curves are drawn, and takes a file from before that was chosen', async () => {
    const path = join(temporaryFolder(), 'settings.json')
    writeFileSync(path, '{"theme": "dark", "base_dir": null, "threads": null}')
    const settings = new SettingsStore(path)
    expect(settings.problem).toBeNull()
    expect(settings.current.curves).toEqual(PLAIN_CURVES)
    expect(settings.current).toMatchObject({ text_size: 100, notify: true })
    const curves = { ...PLAIN_CURVES, x: 'tokens' as const, smoothing: 0.9 }
    await settings.update({ curves })
    await settings.update({ theme: 'light' })
    expect(new SettingsStore(path).current.curves).toEqual(curves)
  })

  it('keeps whether Talk’s prompts are folded away', async () => {
    const path = join(temporaryFolder(), 'settings.json')
    const settings = new SettingsStore(path)
    expect(settings.current.talk_prompts).toBeUndefined()
    await settings.update({ talk_prompts: false })
    await settings.update({ theme: 'light' })
    expect(new SettingsStore(path).current.talk_prompts).toBe(false)
    expect((await settings.update({ talk_prompts: true })).talk_prompts).toBe(true)
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

  it('takes no more threads than there are processors', async () => {
    const settings = new SettingsStore(join(temporaryFolder(), 'settings.json'), 4)
    await expect(settings.update({ threads: 5, theme: 'dark' })).rejects.toMatchObject({
      code: 'threads.invalid',
      message: containing('from 1 to 4'),
    })
    expect(settings.current).toEqual(DEFAULTS)
    expect(await settings.update({ threads: 4 })).toMatchObject({ threads: 4 })
  })

  it('bounds a stored number of threads, says so, and keeps the rest', () => {
    const path = join(temporaryFolder(), 'settings.json')
    writeFileSync(path, '{"theme": "dark", "base_dir": null, "threads": 1000000000}')
    const settings = new SettingsStore(path, 4)
    expect(settings.current).toEqual({ ...DEFAULTS, theme: 'dark', threads: 4 })
    expect(settings.problem).toBe(
      `${path} asks for 1000000000 threads, and this machine has 4 processors: a run takes as many as that.`,
    )
    expect(new SettingsStore(path, 1_000_000_000).problem).toBeNull()
  })
})
