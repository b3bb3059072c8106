import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { hubOrigins } from '../../../../../src-main/data/hub/hub-env'
import { calls } from '../../../../../src-main/contract/contract'
import { appHandlers } from '../../../../../src-main/ipc/handlers/app'
import type { About } from '../../../../../src-main/services/shell'
import { checked } from '../../../../support/checked-handlers'
import { temporaryFolder } from '../../../../support/temporary-folder'

function setup(env: Record<string, string> = {}): {
  handlers: ReturnType<typeof appHandlers>
  folder: string
  revealed: string[]
} {
  const folder = join(temporaryFolder(), 'runs')
  mkdirSync(folder)
  const revealed: string[] = []
  const services: About = {
    info: () => Promise.reject(new Error('not asked here')),
    doctor: () => Promise.reject(new Error('not asked here')),
    folders: () => [
      { label: 'Runs', path: folder },
      { label: 'Not made yet', path: join(folder, 'a', 'b') },
    ],
    hub: () => hubOrigins({ HF_HOME: folder, ...env }),
    revealable: () => [folder],
    open: () => Promise.reject(new Error('not asked here')),
    reveal: (path) => revealed.push(path),
  }
  return { handlers: checked(appHandlers(services)), folder, revealed }
}

describe('app.reveal', () => {
  it('shows a folder of ours and what lies in it', async () => {
    const { handlers, folder, revealed } = setup()
    writeFileSync(join(folder, 'log.txt'), '')
    await handlers['app.reveal']({ path: folder })
    await handlers['app.reveal']({ path: join(folder, 'log.txt') })
    expect(revealed).toEqual([folder, join(folder, 'log.txt')])
  })

  it.each([
    ['elsewhere', () => '/etc/passwd'],
    ['beside it', (folder: string) => `${folder}-other`],
    ['above it', (folder: string) => join(folder, '..')],
    ['out of it by dots', (folder: string) => `${folder}/../../etc`],
    ['relative', () => 'runs'],
  ])('refuses what lies %s', (_, path) => {
    const { handlers, folder, revealed } = setup()
    expect(() => handlers['app.reveal']({ path: path(folder) })).toThrow(/lies in no folder/)
    expect(revealed).toEqual([])
  })

  it('says when a path is gone', () => {
    const { handlers, folder } = setup()
    expect(() => handlers['app.reveal']({ path: join(folder, 'gone') })).toThrow(/not there any more/)
  })
})

describe('app.folders', () => {
  it('says how much is free, also where a folder is not made yet', async () => {
    const folders = await setup().handlers['app.folders']({})
    expect(folders).toHaveLength(2)
    for (const { free_bytes } of folders) expect(free_bytes).toBeGreaterThan(0)
  })
})

describe('app.hub', () => {
  const hub = (env: Record<string, string>, setting = setup(env)) => setting.handlers['app.hub']({})

  it('says how much is free for the cache, and whether the cache is there yet', async () => {
    const { handlers, folder } = setup()
    const before = await handlers['app.hub']({})
    expect(before.cache).toMatchObject({ path: join(folder, 'hub'), exists: false, set_by: 'HF_HOME' })
    expect(before.cache.free_bytes).toBeGreaterThan(0)
    mkdirSync(join(folder, 'hub'))
    expect((await handlers['app.hub']({})).cache.exists).toBe(true)
  })

  it.each(['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'])('answers without the token of %s', async (name) => {
    const answer = await hub({ [name]: 'hf_q~jq~jq~j' })
    expect(answer.token).toEqual({ used: true, file: null, set_by: name })
    expect(JSON.stringify(answer)).not.toMatch(/q~j/)
    expect(calls['app.hub'].output.parse(answer)).toEqual(answer)
  })

  it('answers without the token of a file', async () => {
    const setting = setup()
    writeFileSync(join(setting.folder, 'token'), 'hf_q~jq~jq~j\n')
    const answer = await hub({}, setting)
    expect(answer.token).toEqual({ used: true, file: join(setting.folder, 'token'), set_by: 'HF_HOME' })
    expect(JSON.stringify(answer)).not.toMatch(/q~j/)
  })

  it('has no place for a token in its contract', async () => {
    const answer = await hub({})
    const { output } = calls['app.hub']
    expect(output.safeParse(answer).success).toBe(true)
    expect(output.safeParse({ ...answer, token: { ...answer.token, value: 'x' } }).success).toBe(false)
  })
})
