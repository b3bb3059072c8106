// @vitest-environment happy-dom
import { beforeAll, expect, it } from 'vitest'
import { useConversation } from '../../../../src-renderer/composables/use-conversation'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { answerWith, connect, inScope, made, settled } from '../main-process'
import { projectOf, sampleConfig } from '../runs/sample-run'

beforeAll(() => connect())

it('reads a conversation again where what decides it has changed, and only then', async () => {
  answerWith({
    'project.current': () => projectOf(sampleConfig()),
    'project.edit': ({ config }) => projectOf(config),
    'mixture.conversation': ({ config }) => ({
      ...{ index: 5, task: 0, row: config.exclude.length },
      ...{ conversation: { messages: [] }, pieces: [], message: [] },
      ...{ ids: new Int32Array(), mask: new Uint8Array() },
    }),
  })
  await useProject().load()
  const { value, stop } = inScope(() => ({
    ...useConversation(() => ({ split: 'train', at: { index: 5 } })),
    project: useProject(),
  }))
  const asked = async (): Promise<number> => {
    await settled()
    return made.filter(({ name }) => name === 'mixture.conversation').length
  }
  expect(await asked()).toBe(1)
  value.project.edit({ matrix_lr: 1 })
  expect(await asked()).toBe(1)
  value.project.edit({ exclude: [[0, 7]] })
  expect(await asked()).toBe(2)
  expect(value.conversation.value?.row).toBe(1)
  value.project.edit({ recipe: 'sft' })
  expect(await asked()).toBe(3)
  await value.project.flush()
  stop()
})
