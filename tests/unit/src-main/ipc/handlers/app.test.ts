import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { appHandlers, type AppServices } from '../../../../../src-main/ipc/handlers/app'
import { temporaryFolder } from '../../../../support/temporary-folder'

function setup(): { handlers: ReturnType<typeof appHandlers>; folder: string; revealed: string[] } {
  const folder = join(temporaryFolder(), 'runs')
  mkdirSync(folder)
  const revealed: string[] = []
  const services: AppServices = {
    info: () => Promise.reject(new Error('not asked here')),
    doctor: () => Promise.reject(new Error('not asked here')),
    folders: () => [
      { label: 'Runs', path: folder },
      { label: 'Not made yet', path: join(folder, 'a', 'b') },
    ],
    revealable: () => [folder],
    reveal: (path) => revealed.push(path),
  }
  return { handlers: appHandlers(services), folder, revealed }
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
