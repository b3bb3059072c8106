// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Project } from '../../../../src-renderer/api/types'
import { CallError } from '../../../../src-renderer/api/client'
import { useNotices } from '../../../../src-renderer/composables/use-notices'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { answerWith, connect, inScope, made, send, settled } from '../main-process'
import { configOf, sampleConfig } from '../runs/sample-run'

const project = (over: Partial<Project> = {}): Project => ({
  name: 'p', path: null, dir: '/p', read_only: false, modified: false, ...configOf(sampleConfig()), ...over,
}) // prettier-ignore

beforeAll(() => connect())
beforeEach(() => {
  answerWith({
    'project.current': () => project(),
    'project.edit': ({ config: edited }) => project({ ...configOf(edited), modified: true }),
    'project.open': ({ path }) => (path ? project({ name: 'other', dir: '/other' }) : null),
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

  it('does not reach into another project', async () => {
    const { value, stop } = await loaded()
    value.edit(sampleConfig({ seed: 7 }))
    await expect(value.open('/other/a.json')).resolves.toBe(true)
    expect(value.project.value?.name).toBe('other')
    expect(value.canUndo.value).toBe(false)
    stop()
  })
})

it('keeps the project where opening is called off', async () => {
  const { value, stop } = await loaded()
  await expect(value.open()).resolves.toBe(false)
  expect(value.project.value?.name).toBe('p')
  await settled()
  stop()
})
