// @vitest-environment happy-dom
/** Presets of a recipe set it with its options, say so, and can be undone; others set the mixture alone. */
import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { GivenConfig, Project } from '../../../../src-renderer/api/types'
import { useNanochatFolder } from '../../../../src-renderer/composables/use-nanochat-folder'
import { useNotices } from '../../../../src-renderer/composables/use-notices'
import { usePresets } from '../../../../src-renderer/composables/use-presets'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { PRESETS } from '../../../../src-renderer/mixture/presets'
import { answerWith, connect, inScope } from '../main-process'
import { projectOf } from '../runs/sample-run'

const GIVEN: GivenConfig = {
  base_dir: '/own',
  seed: 7,
  num_iterations: 400,
  max_seq_len: 512,
  mixture: { train: [{ task: 'SimpleSpelling', split: 'train', size: 3 }], val: [] },
}
/** The tag of the recipe that the folder makes its base from, as the starter's does. */
let recipe: string | null

const project = (given: GivenConfig): Project => projectOf(given)

beforeAll(() => connect())
beforeEach(() => {
  recipe = null
  dismissAll()
  answerWith({
    'project.current': () => project(GIVEN),
    'project.edit': ({ config }) => project(config),
    'project.keepCopy': () => ({}),
    'mixture.folder': ({ config }) => ({
      ...{ path: config.base_dir ?? '/usual', origin: 'config', exists: true, tokenizer: true, bases: [] },
      recipe,
    }),
  })
})

function dismissAll(): void {
  const { notices, dismiss } = useNotices()
  for (const { id } of notices.value) dismiss(id)
}

async function opened() {
  const scope = inScope(() => ({ ...useProject(), ...usePresets(), folder: useNanochatFolder().folder }))
  await scope.value.load()
  await vi.waitUntil(() => scope.value.folder.value?.recipe === recipe, { timeout: 10_000 })
  const apply = async (id: string): Promise<void> => {
    for (const preset of PRESETS) if (preset.id === id) await scope.value.apply(preset)
  }
  return { ...scope, apply }
}

it('of a recipe lets go of what the recipe decides, keeps where and how a run computes, and is undone', async () => {
  const { value, apply, stop } = await opened()
  await apply('sft')
  expect(value.config.value).toMatchObject({ recipe: 'sft', base_dir: '/own', seed: 7, num_iterations: -1 })
  expect(value.config.value).toMatchObject({ max_seq_len: 2048, loss: 'completion', packing: 'bestfit-pad' })
  expect(value.config.value?.mixture.train.map(({ task }) => task)).toEqual(['SmolTalk', 'MMLU', 'GSM8K'])
  const [notice] = useNotices().notices.value
  expect(notice?.title).toBe(
    'SFT as upstream: recipe SFT (today’s nanochat); 2 options of the old project no longer given',
  )
  notice?.action?.run()
  expect(value.given.value).toEqual(GIVEN)
  await value.flush()
  stop()
})

it('of the mixture alone leaves recipe and options, and says nothing', async () => {
  const { value, apply, stop } = await opened()
  await apply('sft')
  dismissAll()
  await apply('tools')
  expect(value.config.value).toMatchObject({ recipe: 'sft', seed: 7 })
  expect(value.config.value?.mixture.train).toHaveLength(4)
  expect(useNotices().notices.value).toEqual([])
  await value.flush()
  stop()
})

it('takes the usual folder in place of one that makes its own base, with its files there', async () => {
  recipe = 'd4'
  const { value, apply, stop } = await opened()
  await apply('nanochat')
  expect(value.config.value).toMatchObject({ recipe: 'mid', base_dir: null, model_tag: null })
  const files = value.config.value?.mixture.train.flatMap((entry) =>
    'filepath' in entry ? entry.filepath : [],
  )
  expect(files).toEqual(['/usual/identity_conversations.jsonl'])
  await value.flush()
  stop()
})
