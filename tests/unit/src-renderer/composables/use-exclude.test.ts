// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { resolveConfig } from '../../../../src-main/contract/contract'
import type { GivenConfig, Project } from '../../../../src-renderer/api/types'
import { useExclude } from '../../../../src-renderer/composables/use-exclude'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { answerWith, connect, inScope } from '../main-process'

const given: GivenConfig = {
  recipe: 'sft',
  mixture: { train: [{ task: 'SmolTalk', split: 'train' }], val: [] },
}
const base = { max_seq_len: { value: 256, file: '/b/meta_000060.json' } }

const project = (of: GivenConfig): Project => ({
  ...{ id: 'p', name: 'p', path: null, dir: '/p', read_only: false, modified: false, branch: null },
  ...{ given: of, base, config: resolveConfig(of, base).config },
})

beforeAll(() => connect())
beforeEach(() => {
  answerWith({
    'project.current': () => project(given),
    'project.edit': ({ config }) => project(config),
  })
})

async function loaded() {
  const scope = inScope(() => ({ ...useExclude(), project: useProject() }))
  await scope.value.project.load()
  return scope
}

describe('excluding', () => {
  it('gives the excluded conversations and no other option', async () => {
    const { value, stop } = await loaded()
    value.exclude([[0, 7]])
    await value.project.flush()
    expect(value.project.given.value).toEqual({ ...given, exclude: [[0, 7]] })
    expect(value.project.resolved.value?.files).toEqual({ max_seq_len: '/b/meta_000060.json' })
    stop()
  })

  it('leaves the option out again once all are taken back', async () => {
    const { value, stop } = await loaded()
    value.exclude([[0, 7]])
    value.takeBack([[0, 7]])
    await value.project.flush()
    expect(value.project.given.value).toEqual(given)
    value.project.undo()
    expect(value.excluded.value).toEqual([[0, 7]])
    await value.project.flush()
    stop()
  })
})
