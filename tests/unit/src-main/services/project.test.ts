import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { ProjectStore } from '../../../../src-main/services/project'
import type { Project } from '../../../../src-main/contract/contract'
import { type GivenConfig, runConfig } from '../../../../src-main/config/config.schema'
import { createRunFolder } from '../../../../src-main/runs/run-folder'
import { temporaryFolder } from '../../../support/temporary-folder'

const starterConfig = {
  base_dir: '.',
  mixture: { train: [{ task: 'CustomJSON', filepath: 'chat.jsonl' }], val: [] },
}

interface Setup {
  folder: string
  starter: string
  starters: Record<'mid' | 'sft', string>
  store: (starterOptions?: GivenConfig) => ProjectStore
  heard: Project[]
}

function setup(): Setup {
  const folder = temporaryFolder()
  const starter = join(folder, 'starter', 'preset.json')
  mkdirSync(join(folder, 'starter'))
  writeFileSync(starter, JSON.stringify(starterConfig))
  const starters = { mid: starter, sft: join(folder, 'starter', 'preset-sft.json') }
  writeFileSync(starters.sft, JSON.stringify({ recipe: 'sft', ...starterConfig }))
  const heard: Project[] = []
  const file = join(folder, 'data', 'project.json')
  const store = (starterOptions: GivenConfig = {}): ProjectStore =>
    new ProjectStore({ file, starters, starterOptions, changed: (project) => heard.push(project) })
  return { folder, starter, starters, store, heard }
}

function readConfig(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

describe('the starter project', () => {
  it('is as this machine asks for it', async () => {
    const { store, starter, folder } = setup()
    const opened = store({ dtype: 'float32' })
    expect(opened.current).toMatchObject({ modified: false, config: { dtype: 'float32' } })
    const other = join(folder, 'other.json')
    writeFileSync(other, JSON.stringify(starterConfig))
    expect(await opened.open(other)).toMatchObject({ config: { dtype: 'bfloat16' } })
    expect(await opened.open(starter)).toMatchObject({ config: { dtype: 'float32' } })
  })

  it('is what opens first', () => {
    const { store, starter, folder } = setup()
    const config = runConfig.parse(starterConfig)
    const dir = join(folder, 'starter')
    const id: unknown = expect.any(String)
    const expected = {
      id,
      name: 'Starter project',
      path: starter,
      dir,
      read_only: true,
      modified: false,
      branch: null,
    }
    expect(store().current).toEqual({ ...expected, given: starterConfig, base: null, config })
  })

  it('has a form for each recipe, which opens again and is not written to', async () => {
    const { store, starters } = setup()
    const project = store()
    const expected = { path: starters.sft, read_only: true, modified: false, config: { recipe: 'sft' } }
    expect(await project.openStarter('sft')).toMatchObject(expected)
    expect(store().current).toMatchObject(expected)
    await expect(project.saveAs(starters.sft)).rejects.toThrow(/not written to/)
    expect(await project.open(starters.mid)).toMatchObject({ path: starters.mid, config: { recipe: 'mid' } })
    expect(await project.open(starters.sft)).toMatchObject(expected)
  })

  it('is not written to: saving is refused, saving elsewhere makes its paths absolute', async () => {
    const { store, starter, folder } = setup()
    const project = store()
    const before = readFileSync(starter, 'utf8')
    await project.edit({ ...project.current.config, seed: 7 })
    await expect(project.save()).rejects.toThrow(/not written to/)
    await expect(project.saveAs(starter)).rejects.toThrow(/not written to/)
    const target = join(folder, 'mine', 'run.json')
    const saved = await project.saveAs(target)
    expect(saved).toMatchObject({ name: 'run', path: target, read_only: false, modified: false })
    const dir = join(folder, 'starter')
    expect(readConfig(target)).toMatchObject({
      seed: 7,
      base_dir: dir,
      mixture: { train: [{ filepath: join(dir, 'chat.jsonl') }] },
    })
    expect(readFileSync(starter, 'utf8')).toBe(before)
  })

  it('keeps an edit over a restart, and comes back as it was when asked for', async () => {
    const { store, heard } = setup()
    const first = store()
    await first.edit({ ...first.current.config, seed: 7 })
    const second = store()
    expect(second.current).toMatchObject({ read_only: true, modified: true, config: { seed: 7 } })
    expect(await second.openStarter()).toMatchObject({ modified: false, config: { seed: 42 } })
    expect(heard.map((project) => project.config.seed)).toEqual([7, 42])
  })

  it('is the starter also when it is opened by its path', async () => {
    const { store, starter } = setup()
    expect(await store().open(starter)).toMatchObject({ read_only: true })
  })
})

describe('a project of its own', () => {
  async function opened(): Promise<Setup & { project: ProjectStore; path: string }> {
    const all = setup()
    const path = join(all.folder, 'mine.json')
    writeFileSync(path, JSON.stringify({ ...starterConfig, base_dir: null, seed: 1 }))
    const project = all.store()
    await project.open(path)
    return { ...all, project, path }
  }

  it('is written only by saving, with its relative paths as they are', async () => {
    const { project, path } = await opened()
    await project.edit({ ...project.current.config, seed: 2 })
    expect(readConfig(path)).toMatchObject({ seed: 1 })
    expect(project.current.modified).toBe(true)
    await project.save()
    expect(readConfig(path)).toMatchObject({ seed: 2, base_dir: null, mixture: starterConfig.mixture })
    expect(project.current.modified).toBe(false)
  })

  it('keeps relative paths when saved beside itself, and no base_dir where it had none', async () => {
    const { project, folder } = await opened()
    await project.saveAs(join(folder, 'other.json'))
    expect(readConfig(join(folder, 'other.json'))).toMatchObject({
      base_dir: null,
      mixture: starterConfig.mixture,
    })
    await project.saveAs(join(folder, 'deeper', 'third.json'))
    const filepath = join(folder, 'chat.jsonl')
    expect(readConfig(join(folder, 'deeper', 'third.json'))).toMatchObject({
      base_dir: null,
      mixture: { train: [{ filepath }] },
    })
  })

  it('follows its file when that was changed by hand, but not over an edit', async () => {
    const { project, path, store } = await opened()
    writeFileSync(path, JSON.stringify({ ...starterConfig, seed: 3 }))
    expect(store().current).toMatchObject({ path, modified: false, config: { seed: 3 } })
    await project.edit({ ...project.current.config, seed: 4 })
    expect(store().current).toMatchObject({ modified: true, config: { seed: 4 } })
  })

  it('keeps and writes only what is given; the rest follows from the recipe and the base', async () => {
    const { folder, starters, heard } = setup()
    const path = join(folder, 'sft.json')
    writeFileSync(path, JSON.stringify({ recipe: 'sft', max_seq_len: 128 }))
    const file = '/b/meta_000060.json'
    const base = { max_seq_len: { value: 256, file }, device_batch_size: { value: 4, file } }
    const options = { file: join(folder, 'data', 'project.json'), starters }
    const changed = (project: Project): void => void heard.push(project)
    const project = new ProjectStore({ ...options, changed, readBase: () => Promise.resolve(base) })
    const opened = await project.open(path)
    expect(opened).toMatchObject({ base, config: { max_seq_len: 128, device_batch_size: 4 } })
    expect(opened.given).toEqual({ recipe: 'sft', max_seq_len: 128 })
    await project.edit({ ...opened.given, seed: 7, max_seq_len: undefined })
    expect(heard.at(-1)?.config).toMatchObject({ max_seq_len: 256, seed: 7 })
    await project.save()
    expect(readConfig(path)).toEqual({ recipe: 'sft', seed: 7 })
    const again = new ProjectStore({ ...options, changed, readBase: () => Promise.resolve(base) })
    expect(again.current).toMatchObject({ base: null, config: { max_seq_len: 2048 } })
    expect(await again.reread()).toMatchObject({ base, config: { max_seq_len: 256 } })
  })

  it('stays, as edited, when its file has gone bad', async () => {
    const { path, store } = await opened()
    writeFileSync(path, '{')
    expect(store().current).toMatchObject({ path, modified: true, config: { seed: 1 } })
  })

  it.each([
    ['that is not there', null, /cannot be read/],
    ['that is no JSON', '{', /not JSON/],
    ['with an unknown option', '{"max_seq_length": 5}', /fault/],
  ])('is not changed by opening a file %s', async (_, text, message) => {
    const { project, folder, path } = await opened()
    const bad = join(folder, 'bad.json')
    if (text !== null) writeFileSync(bad, text)
    await expect(project.open(bad)).rejects.toThrow(message)
    expect(project.current.path).toBe(path)
  })

  it('may hold options that do not go together: they are mended in the window', async () => {
    const { project, folder } = await opened()
    const odd = join(folder, 'odd.json')
    writeFileSync(odd, JSON.stringify({ ...starterConfig, total_batch_size: 1000 }))
    expect(await project.open(odd)).toMatchObject({ config: { total_batch_size: 1000 } })
  })

  it('says where it cannot be written', async () => {
    const { project, path } = await opened()
    await expect(project.saveAs(join(path, 'below-a-file.json'))).rejects.toThrow(/cannot be written/)
  })
})

describe('another project', () => {
  /** A project with a file, and its seed edited to 2. */
  async function edited() {
    const all = setup()
    const path = join(all.folder, 'mine.json')
    writeFileSync(path, JSON.stringify({ ...starterConfig, seed: 1 }))
    const project = all.store()
    await project.open(path)
    await project.edit({ ...starterConfig, seed: 2 } as GivenConfig)
    return { ...all, path, project }
  }

  it.each<[string, (project: ProjectStore, path: string) => Promise<unknown>]>([
    ['the starter', (project) => project.openStarter()],
    ['a new one', (project) => project.create('Untitled', '/documents', {})],
    ['a file', (project, path) => project.open(path)],
    ['a copy', (project) => project.copy('run', runConfig.parse(starterConfig), '/runs/a')],
  ])('never discards an edited one: %s', async (_, open) => {
    const { project, path, folder, store } = await edited()
    const other = join(folder, 'other.json')
    writeFileSync(other, JSON.stringify({ ...starterConfig, seed: 9 }))
    await open(project, other)
    expect(project.current.config.seed).not.toBe(2)
    expect(project.list().unsaved).toEqual([{ id: path, name: 'mine', path }])
    expect(store().list().unsaved).toEqual([{ id: path, name: 'mine', path }])
    expect(readConfig(path)).toMatchObject({ seed: 1 })
    expect(await store().open(path)).toMatchObject({ path, modified: true, config: { seed: 2 } })
  })

  it('is not kept where it was not edited, and can be gone back to all the same', async () => {
    const { store } = setup()
    const project = store()
    const { id } = project.current
    await project.create('Untitled', '/documents', {})
    expect(project.list()).toEqual({ unsaved: [], recent: [] })
    expect(await project.show(id)).toMatchObject({ id, read_only: true, modified: false })
    await expect(project.show('nobody')).rejects.toThrow(/no such project/)
  })

  it('there may be several of, each with a name of its own, over a restart', async () => {
    const { store } = setup()
    const first = store()
    for (const seed of [1, 2, 3]) {
      await first.create('Untitled', '/documents', {})
      await first.edit({ seed })
    }
    const again = store()
    expect(again.current).toMatchObject({ name: 'Untitled 3', path: null, config: { seed: 3 } })
    const { unsaved } = again.list()
    expect(unsaved.map(({ name }) => name)).toEqual(['Untitled 2', 'Untitled'])
    const shown = await again.show(unsaved[1]?.id ?? '')
    expect(shown).toMatchObject({ name: 'Untitled', modified: true, config: { seed: 1 } })
    expect(
      store()
        .list()
        .unsaved.map(({ name }) => name),
    ).toEqual(['Untitled 3', 'Untitled 2'])
  })

  it('is gone once it is thrown away, and can be put back', async () => {
    const { project, path, store } = await edited()
    await project.openStarter()
    await project.throwAway(path)
    expect(store().list().unsaved).toEqual([])
    await project.putBack(path)
    expect(store().list().unsaved).toHaveLength(1)
    await expect(project.throwAway('nobody')).rejects.toThrow(/no such project/)
    await expect(project.throwAway(project.current.id)).rejects.toThrow(/no such project/)
  })

  it('gets the edit that was made of it, though it was closed meanwhile', async () => {
    const { project, path } = await edited()
    await project.openStarter()
    const open = await project.edit({ ...starterConfig, seed: 5 } as GivenConfig, path)
    expect(open).toMatchObject({ read_only: true, modified: false, config: { seed: 42 } })
    expect(await project.show(path)).toMatchObject({ modified: true, config: { seed: 5 } })
  })

  it('loses an edit made while it was being closed as little', async () => {
    const { project, path } = await edited()
    const opening = project.openStarter()
    const editing = project.edit({ ...starterConfig, seed: 6 } as GivenConfig, path)
    await Promise.all([opening, editing])
    expect(await project.show(path)).toMatchObject({ modified: true, config: { seed: 6 } })
  })

  it('is no unsaved one any more once it is saved, and its file is among the recent ones', async () => {
    const { project, path, folder, store } = await edited()
    await project.save()
    const draft = await project.create('Untitled', folder, { seed: 3 })
    const saved = await project.saveAs(join(folder, 'third.json'))
    expect(saved).toMatchObject({ id: join(folder, 'third.json'), name: 'third', modified: false })
    expect(store().list()).toEqual({ unsaved: [], recent: [{ id: path, name: 'mine', path }] })
    await expect(store().show(draft.id)).rejects.toThrow(/no such project/)
  })

  it('keeps its unsaved edits where another is saved over its file', async () => {
    const { project, path } = await edited()
    await project.create('Untitled', '/documents', { seed: 8 })
    await project.saveAs(path)
    const [kept] = project.list().unsaved
    expect(kept).toMatchObject({ name: 'mine, edits of before', path: null })
    expect(await project.show(kept?.id ?? '')).toMatchObject({ config: { seed: 2 } })
  })

  it('keeps an edit that is made while it is saved', async () => {
    const { project, path, folder } = await edited()
    const saving = project.save()
    const editing = project.edit({ ...starterConfig, seed: 3 } as GivenConfig, path)
    await Promise.all([saving, editing])
    expect(readConfig(path)).toMatchObject({ seed: 2 })
    expect(project.current).toMatchObject({ path, modified: true, config: { seed: 3 } })
    const target = join(folder, 'elsewhere', 'fourth.json')
    const moving = project.saveAs(target)
    await Promise.all([moving, project.edit({ ...starterConfig, seed: 4 } as GivenConfig, path)])
    expect(readConfig(target)).toMatchObject({ base_dir: folder, seed: 3 })
    expect(project.current).toMatchObject({ path: target, modified: true })
    expect(project.current.given).toMatchObject({ base_dir: folder, seed: 4 })
  })

  it('stays open, with its edits, where it was opened while one was saved', async () => {
    const { project, path, folder, store } = await edited()
    const { id } = await project.create('Untitled', folder, { seed: 8 })
    await project.show(path)
    await Promise.all([project.save(), project.show(id)])
    expect(readConfig(path)).toMatchObject({ seed: 2 })
    expect(project.current).toMatchObject({ id, modified: true, config: { seed: 8 } })
    expect(store().current).toMatchObject({ id, modified: true, config: { seed: 8 } })
    expect(project.list()).toEqual({ unsaved: [], recent: [{ id: path, name: 'mine', path }] })
  })

  it('loses nothing where a third is opened before it is', async () => {
    const { starters, folder, path } = await edited()
    let release = (_: null): void => undefined
    const held = new Promise<null>((resolve) => (release = resolve))
    const readBase = ({ seed }: GivenConfig): Promise<null> => (seed === 2 ? held : Promise.resolve(null))
    const options = { file: join(folder, 'data', 'project.json'), starters, changed: () => undefined }
    const project = new ProjectStore({ ...options, readBase })
    await project.create('third', folder, { seed: 8 })
    const { id } = await project.create('other', folder, { seed: 9 })
    const first = project.show(path)
    await expect.poll(() => project.current.id).toBe(path)
    await project.show(id)
    release(null)
    await first
    expect(project.current).toMatchObject({ id, config: { seed: 9 } })
    const again = new ProjectStore(options)
    expect(again.current).toMatchObject({ id, modified: true, config: { seed: 9 } })
    expect(again.list().unsaved.map(({ name }) => name)).toEqual(['mine', 'third'])
  })

  it('is not opened, however often that is tried, while the edited one cannot be kept', async () => {
    const { project, path, folder } = await edited()
    rmSync(join(folder, 'data', 'projects.json'))
    mkdirSync(join(folder, 'data', 'projects.json', 'a-folder'), { recursive: true })
    await expect(project.openStarter()).rejects.toThrow(/cannot be written/)
    await expect(project.openStarter()).rejects.toThrow(/cannot be written/)
    expect(project.current).toMatchObject({ path, modified: true, config: { seed: 2 } })
  })

  it('can have the options of its file again', async () => {
    const { project } = await edited()
    expect(await project.revert()).toMatchObject({ modified: false, config: { seed: 1 } })
    await project.openStarter()
    await expect(project.revert()).rejects.toThrow(/no such project/)
  })

  it('is kept as a copy before much of it is replaced, while it is otherwise', async () => {
    const { project, store } = await edited()
    await project.keepCopy('mine, before SFT')
    expect(project.list().unsaved).toEqual([])
    await project.edit({ recipe: 'sft' })
    expect(store().list().unsaved).toMatchObject([{ name: 'mine, before SFT', path: null }])
  })
})

describe("a run's options", () => {
  const options = { ...starterConfig, base_dir: '/nanochat', seed: 3, matrix_lr: 0.01 }

  it('are copied, with only what differs given', async () => {
    const { store } = setup()
    const config = runConfig.parse(options)
    const copy = await store().copy('lr 0.01', config, '/runs/a')
    expect(copy).toMatchObject({ name: 'lr 0.01', path: null, modified: true, config })
    expect(Object.keys(copy.given).sort()).toEqual(['base_dir', 'matrix_lr', 'mixture', 'seed'])
  })

  it('are opened as a copy also by their path, so that the run stays as it was', async () => {
    const { store, folder } = setup()
    const config = runConfig.parse(options)
    await createRunFolder(
      join(folder, 'run'),
      { id: 'a', name: 'one', config_path: null, created_at: 0 },
      config,
    )
    const path = join(folder, 'run', 'config.json')
    const before = readFileSync(path, 'utf8')
    const project = store()
    expect(await project.open(path)).toMatchObject({ name: 'one', path: null, config })
    await project.edit({ seed: 4 })
    await expect(project.save()).rejects.toThrow(/no file of its own/)
    expect(readFileSync(path, 'utf8')).toBe(before)
    expect(project.list().recent).toEqual([])
  })
})

it('opens what an earlier version kept', () => {
  const { folder, store } = setup()
  mkdirSync(join(folder, 'data'))
  const old = { path: null, modified: true, config: { ...starterConfig, seed: 7 } }
  writeFileSync(join(folder, 'data', 'project.json'), JSON.stringify(old))
  const project = store()
  expect(project.current).toMatchObject({ read_only: true, modified: true, config: { seed: 7 } })
  expect(project.current.id).not.toBe('')
  expect(project.isFirstStart).toBe(false)
  expect(setup().store().isFirstStart).toBe(true)
})

describe('a project whose run branches off another', () => {
  const branch = { runId: 'r1', step: 4 }

  it('stays one where it is saved, left and come back to, and in its copies', async () => {
    const { store, folder } = setup()
    const projects = store()
    await projects.branch('branch', runConfig.parse(starterConfig), folder, branch)
    const file = join(folder, 'branch.json')
    const saved = await projects.saveAs(file)
    expect(saved).toMatchObject({ path: file, branch })
    await projects.create('other', folder, {})
    expect(projects.current.branch).toBeNull()
    expect(await projects.show(file)).toMatchObject({ path: file, branch })
    await projects.keepCopy('copy')
    await projects.edit(runConfig.parse({ ...starterConfig, seed: 7 }))
    const copy = projects.list().unsaved.find(({ name }) => name === 'copy')
    expect(await projects.show(copy?.id ?? '')).toMatchObject({ name: 'copy', branch })
    expect(await projects.open(file)).toMatchObject({ path: file, branch })
  })
})
