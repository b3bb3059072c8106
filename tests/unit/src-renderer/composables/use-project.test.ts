// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Project } from '../../../../src-renderer/api/types'
import { CallError } from '../../../../src-renderer/api/client'
import { useNotices } from '../../../../src-renderer/composables/use-notices'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { answerWith, connect, inScope, made, send, settled } from '../main-process'
import { projectOf, sampleConfig } from '../runs/sample-run'

const project = (over: Partial<Project> = {}): Project => ({
  ...projectOf(sampleConfig()), ...over,
}) // prettier-ignore

/** The project that the main process has open, where that is not the edited one. */
let open: string | null = null

beforeAll(() => connect())
beforeEach(() => {
  open = null
  answerWith({
    'project.current': () => project(),
    'project.edit': ({ config: next, id }) =>
      project({ ...projectOf(next), id: open ?? id ?? 'p', modified: true }),
    'project.open': ({ path }) => (path ? project({ id: 'other', name: 'other', dir: '/other' }) : null),
    'project.show': ({ id }) =>
      project({ ...projectOf(sampleConfig(id === 'p' ? { seed: 7 } : {})), id, name: id }),
    'project.save': () =>
      project({ ...projectOf(sampleConfig({ seed: 7 })), id: '/saved.json', path: '/saved.json' }),
  })
})

async function loaded() {
  const scope = inScope(useProject)
  await scope.value.load()
  return scope
}
const edits = (): unknown[] => made.filter(({ name }) => name === 'project.edit')

describe('edit', () => {
  it('shows at once and sends the last of several', async () => {
    const { value, stop } = await loaded()
    value.edit(sampleConfig({ matrix_lr: 0.01 }))
    value.edit(sampleConfig({ matrix_lr: 0.03 }))
    expect(value.project.value).toMatchObject({ modified: true, config: { matrix_lr: 0.03 } })
    await value.flush()
    expect(edits()).toHaveLength(1)
    stop()
  })

  it('is not undone by an older state from the main process', async () => {
    const { value, stop } = await loaded()
    value.edit(sampleConfig({ matrix_lr: 0.01 }))
    await send('project.changed', project())
    expect(value.config.value?.matrix_lr).toBe(0.01)
    stop()
  })

  it('says where it was not taken', async () => {
    answerWith({
      'project.current': () => project(),
      'project.edit': () => {
        throw new CallError({ code: 'config.invalid', message: 'no' })
      },
    })
    const { value, stop } = await loaded()
    const { notices } = useNotices()
    value.edit(sampleConfig({ matrix_lr: 0.01 }))
    await value.flush()
    expect(notices.value.at(-1)).toMatchObject({ error: { code: 'config.invalid' } })
    stop()
  })
})

describe('undo', () => {
  it('goes back and forth', async () => {
    const { value, stop } = await loaded()
    value.edit(sampleConfig({ matrix_lr: 0.01 }))
    value.edit(sampleConfig({ matrix_lr: 0.01, seed: 1 }))
    value.undo()
    expect(value.config.value).toMatchObject({ matrix_lr: 0.01, seed: 42 })
    value.undo()
    value.undo()
    expect(value.config.value).toMatchObject({ matrix_lr: 0.02, seed: 42 })
    expect(value.canUndo.value).toBe(false)
    value.redo()
    value.redo()
    expect(value.config.value).toMatchObject({ matrix_lr: 0.01, seed: 1 })
    expect(value.canRedo.value).toBe(false)
    stop()
  })

  it('takes the typing into one field for one edit, and forgets what was undone at the next', async () => {
    const { value, stop } = await loaded()
    for (const matrix_lr of [0.1, 0.11, 0.112]) value.edit(sampleConfig({ matrix_lr }), 'matrix_lr')
    value.undo()
    expect(value.config.value?.matrix_lr).toBe(0.02)
    value.edit(sampleConfig({ seed: 7 }))
    expect(value.canRedo.value).toBe(false)
    stop()
  })

  it('goes back to the project that was open before, with the edits of each, and on again', async () => {
    const { value, stop } = await loaded()
    value.edit(sampleConfig({ seed: 7 }))
    await expect(value.open('/other/a.json')).resolves.toBe(true)
    expect(value.project.value?.name).toBe('other')
    value.undo()
    await vi.waitUntil(() => value.project.value?.id === 'p')
    expect(value.config.value?.seed).toBe(7)
    expect(value.canUndo.value).toBe(true) // the edit of before
    value.redo()
    await vi.waitUntil(() => value.project.value?.id === 'other')
    expect(value.canRedo.value).toBe(false)
    stop()
  })

  it('stays in another project once that is edited', async () => {
    const { value, stop } = await loaded()
    await value.open('/other/a.json')
    value.edit(sampleConfig({ seed: 9 }))
    value.undo()
    value.undo()
    await settled()
    expect(value.project.value?.id).toBe('other')
    expect(value.canUndo.value).toBe(false)
    stop()
  })

  it('keeps the edits where the project is saved in another file', async () => {
    const { value, stop } = await loaded()
    value.edit(sampleConfig({ seed: 7 }))
    await value.save(true)
    expect(value.project.value?.id).toBe('/saved.json')
    value.undo()
    expect(value.config.value?.seed).toBe(42)
    stop()
  })
})

it('says what was opened and what is kept, and takes it back by the notice', async () => {
  const { value, stop } = await loaded()
  const { notices } = useNotices()
  value.edit(sampleConfig({ seed: 7 }))
  await value.open('/other/a.json')
  const notice = notices.value.at(-1)
  expect(notice?.title).toBe('other is open; p is kept, unsaved')
  notice?.action?.run()
  await vi.waitUntil(() => value.project.value?.id === 'p')
  stop()
})

it('sends an edit to the project that it was made in, though another is open by then', async () => {
  const { value, stop } = await loaded()
  const opening = value.open('/other/a.json')
  await settled()
  await opening
  value.edit(sampleConfig({ seed: 3 }))
  open = 'third'
  await send('project.changed', project({ id: 'third' }))
  await value.flush()
  expect(edits().at(-1)).toMatchObject({ input: { id: 'other' } })
  expect(value.project.value?.id).toBe('third')
  stop()
})

it('is saved, and says what stayed behind', async () => {
  const left_behind = { code: 'talk.unreadable', message: '/p.talks cannot be read' }
  answerWith({
    'project.current': () => project(),
    'project.save': () => ({ ...project({ id: '/saved.json', path: '/saved.json' }), left_behind }),
  })
  const { value, stop } = await loaded()
  await expect(value.save(true)).resolves.toBe(true)
  expect(value.project.value).toEqual(project({ id: '/saved.json', path: '/saved.json' }))
  const notice = useNotices().notices.value.at(-1)
  expect(notice?.title).toBe('The project was saved, without all of its conversations')
  expect(notice?.error?.message).toBe(left_behind.message)
  stop()
})

it('keeps the project where opening is called off', async () => {
  const { value, stop } = await loaded()
  await expect(value.open()).resolves.toBe(false)
  expect(value.project.value?.name).toBe('p')
  await settled()
  stop()
})
