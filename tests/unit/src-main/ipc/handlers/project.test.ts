import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import type { NanochatFolder } from '../../../../../src-main/contract/contract'
import { ProjectStore } from '../../../../../src-main/services/project'
import { GrantedPaths } from '../../../../../src-main/services/granted-paths'
import { projectHandlers } from '../../../../../src-main/ipc/handlers/project'
import { checked } from '../../../../support/checked-handlers'
import { failureOf } from '../../../../support/failure'
import { temporaryFolder } from '../../../../support/temporary-folder'

interface Setup {
  handlers: ReturnType<typeof projectHandlers>
  folder: string
  /** Dialogs that were shown, with what they were offered. */
  shown: string[]
  granted: GrantedPaths
}

const FOLDER: NanochatFolder = {
  ...{ path: '/nanochat', origin: 'default', exists: true, tokenizer: true, bases: ['d12'], recipe: null },
}

/** @param nanochat the folder that is found without a config naming one. @param answer what the person chooses in every dialog, relative to the test's folder; null = cancels */
function setup(answer: string | null, nanochat: Partial<NanochatFolder> = {}): Setup {
  const folder = temporaryFolder()
  const starter = join(folder, 'preset.json')
  mkdirSync(join(folder, 'data'))
  writeFileSync(
    starter,
    JSON.stringify({ mixture: { train: [{ task: 'SimpleSpelling', split: 'train' }], val: [] } }),
  )
  const project = new ProjectStore({
    file: join(folder, 'data', 'p.json'),
    starters: { mid: starter, sft: starter },
    changed: () => undefined,
  })
  const shown: string[] = []
  const choose = async (dialog: string): Promise<string | null> => {
    shown.push(dialog)
    return answer === null ? null : join(folder, answer)
  }
  const granted = new GrantedPaths()
  const handlers = projectHandlers({
    granted,
    project,
    dialogs: {
      openConfig: () => choose('open'),
      saveConfig: (place) => choose(`save ${place}`),
      pick: (kind) => choose(`pick ${kind}`),
    },
    runs: {
      get: () => {
        throw new Error('no run is asked for')
      },
    },
    data: { folder: async () => ({ ...FOLDER, ...nanochat }) },
    check: async () => ({ valid: true, findings: [], derived: null }),
    documents: '/documents',
  })
  return { handlers: checked(handlers), folder, shown, granted }
}

describe('project.save', () => {
  it('asks for a place for the starter project, and not again afterwards', async () => {
    const { handlers, folder, shown } = setup('mine.json')
    const path = join(folder, 'mine.json')
    expect(await handlers['project.save']({})).toMatchObject({ path, read_only: false })
    expect(await handlers['project.save']({})).toMatchObject({ path })
    expect(shown).toEqual(['save /documents/midtraining.json'])
  })

  it('asks when another place is wanted, beginning at its own', async () => {
    const { handlers, folder, shown } = setup('mine.json')
    await handlers['project.save']({})
    await handlers['project.save']({ as: true })
    expect(shown[1]).toBe(`save ${join(folder, 'mine.json')}`)
  })

  it('changes nothing when the dialog is cancelled', async () => {
    const { handlers } = setup(null)
    expect(await handlers['project.save']({})).toBeNull()
    expect(await handlers['project.current']({})).toMatchObject({ read_only: true })
  })
})

describe('project.open', () => {
  it('takes a path without asking', async () => {
    const { handlers, folder, shown, granted } = setup(null)
    const path = join(folder, 'preset.json')
    granted.grant(path) // as a dialog or a drop does
    expect(await handlers['project.open']({ path })).toMatchObject({ read_only: true })
    expect(shown).toEqual([])
  })

  it('takes no path that a person has not chosen, and quotes nothing of it', async () => {
    const { handlers } = setup(null)
    const failure = await failureOf(() => handlers['project.open']({ path: '/etc/passwd' }))
    expect(failure).toMatchObject({ code: 'file.not-granted' })
    expect(JSON.stringify(failure)).not.toContain('root:')
  })

  it('asks where none is given, and answers null when cancelled', async () => {
    const { handlers, shown } = setup(null)
    expect(await handlers['project.open']({})).toBeNull()
    expect(shown).toEqual(['open'])
  })
})

describe('project.offer', () => {
  it.each<[string, Partial<NanochatFolder>, boolean]>([
    ['is the nanochat folder that is there', {}, true],
    [
      'is one that the environment names, also where it is not there',
      { origin: 'environment', exists: false },
      true,
    ],
    ['is none where there is no folder', { exists: false }, false],
    ['is none where the folder holds nothing of nanochat', { tokenizer: false, bases: [] }, false],
  ])('%s', async (_, nanochat, isOffered) => {
    const { handlers } = setup(null, nanochat)
    expect(await handlers['project.offer']({})).toEqual(isOffered ? { ...FOLDER, ...nanochat } : null)
  })
})

describe('projects without a file', () => {
  it('are made with their paths below the documents, saved under their name, and kept when another opens', async () => {
    const { handlers, shown } = setup(null)
    const made = await handlers['project.create']({ name: 'a/b: c', config: { seed: 7 } })
    expect(made).toMatchObject({ name: 'a/b: c', path: null, dir: '/documents', modified: true })
    await handlers['project.save']({})
    expect(shown).toEqual(['save /documents/a-b- c.json'])
    await handlers['project.starter']({ recipe: 'mid' })
    expect(await handlers['project.list']({})).toEqual({
      unsaved: [{ id: made.id, name: 'a/b: c', path: null }],
      recent: [],
    })
    expect(await handlers['project.show']({ id: made.id })).toMatchObject({ config: { seed: 7 } })
  })
})

describe('project.pickFile', () => {
  it('asks for the kind that is wanted', async () => {
    const { handlers, folder, shown } = setup('words.txt')
    expect(await handlers['project.pickFile']({ kind: 'words' })).toBe(join(folder, 'words.txt'))
    expect(shown).toEqual(['pick words'])
  })
})
