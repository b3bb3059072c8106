// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { resolveConfig } from '../../../../src-main/contract/contract'
import type { GivenConfig, Project } from '../../../../src-renderer/api/types'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { useRecipe } from '../../../../src-renderer/composables/use-recipe'
import { answerWith, connect, inScope } from '../main-process'

const mixture = { train: [{ task: 'SmolTalk' as const, split: 'train' as const }], val: [] }
const base = { max_seq_len: { value: 256, file: '/b/meta_000060.json' } }

const project = (given: GivenConfig): Project => ({
  ...{ id: 'p', name: 'p', path: null, dir: '/p', read_only: false, modified: false, branch: null },
  ...{ given, base: given.recipe === 'sft' ? base : null },
  config: resolveConfig(given, given.recipe === 'sft' ? base : null).config,
})

beforeAll(() => connect())
beforeEach(() => {
  answerWith({
    'project.current': () => project({ mixture, packing: 'bestfit-crop', matrix_lr: 0.01 }),
    'project.edit': ({ config }) => project(config),
  })
})

async function loaded() {
  const scope = inScope(() => ({ ...useRecipe(), project: useProject() }))
  await scope.value.project.load()
  return scope
}

describe('choosing a recipe', () => {
  it('keeps what is given otherwise than the old recipe has it, and the mixture', async () => {
    const { value, stop } = await loaded()
    expect(value.recipe.value).toBe('mid')
    value.recipe.value = 'sft'
    await value.project.flush()
    expect(value.recipe.value).toBe('sft')
    expect(value.project.config.value).toMatchObject({
      ...{ packing: 'bestfit-pad', matrix_lr: 0.01, warmdown_ratio: 0.5, max_seq_len: 256, mixture },
    })
    expect(value.project.resolved.value?.files).toEqual({ max_seq_len: '/b/meta_000060.json' })
    stop()
  })

  it('is undone as one edit, and back in mid nothing is inherited', async () => {
    const { value, stop } = await loaded()
    value.recipe.value = 'sft'
    await value.project.flush()
    value.recipe.value = 'mid'
    await value.project.flush()
    expect(value.project.config.value).toMatchObject({
      recipe: 'mid',
      max_seq_len: 2048,
      packing: 'bestfit-crop',
    })
    value.project.undo()
    expect(value.recipe.value).toBe('sft')
    stop()
  })
})
