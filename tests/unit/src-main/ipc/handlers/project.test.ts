import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

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

/** @param answer what the person chooses in every dialog, relative to the test's folder; null = cancels */
function setup(answer: string | null): Setup {
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

describe('project.pickFile', () => {
  it('asks for the kind that is wanted', async () => {
    const { handlers, folder, shown } = setup('words.txt')
    expect(await handlers['project.pickFile']({ kind: 'words' })).toBe(join(folder, 'words.txt'))
    expect(shown).toEqual(['pick words'])
  })
})
