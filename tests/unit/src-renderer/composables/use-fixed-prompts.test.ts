// @vitest-environment happy-dom
import { beforeAll, expect, it } from 'vitest'
import type { Project } from '../../../../src-renderer/api/types'
import { useFixedPrompts } from '../../../../src-renderer/composables/use-fixed-prompts'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { answerWith, connect, inScope, send } from '../main-process'
import { projectOf } from '../runs/sample-run'

const project = (id: string, sample_prompts: string[]): Project => {
  return { ...projectOf({ sample_prompts }), id, path: null, read_only: false }
}

beforeAll(() => {
  connect()
  answerWith({
    'project.current': () => project('p', ['One', 'Two', 'Three']),
    'project.edit': ({ config, id }) => project(id ?? 'p', config.sample_prompts ?? []),
  })
})

it('brings a removed prompt back to its place, but never into another project', async () => {
  const { value, stop } = inScope(() => ({ ...useFixedPrompts(), ...useProject() }))
  await value.load()
  value.remove(1)
  expect(value.prompts.value).toEqual(['One', 'Three'])
  expect(value.removed.value).toEqual({ at: 1, text: 'Two' })
  value.bringBack()
  expect(value.prompts.value).toEqual(['One', 'Two', 'Three'])
  value.remove(0)
  value.changing.value = 0
  await value.flush()
  await send('project.changed', project('q', ['Other']))
  expect(value.removed.value).toBeNull()
  expect(value.changing.value).toBeNull()
  value.bringBack()
  expect(value.prompts.value).toEqual(['Other'])
  stop()
})
