// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import type { BatchView, ConversationPlace } from '../../../../src-renderer/api/types'
import { CallError } from '../../../../src-renderer/api/client'
import { useFindConversation } from '../../../../src-renderer/composables/use-find-conversation'
import { useNavigation } from '../../../../src-renderer/composables/use-navigation'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { answerWith, connect, inScope, settled } from '../main-process'
import { sampleBatch } from '../packing/sample-batch'
import { projectOf, sampleConfig } from '../runs/sample-run'

const project = projectOf(sampleConfig())
const navigation = useNavigation()

function place(conversation: number): ConversationPlace | null {
  if (conversation === 13) return null
  if (conversation > 100)
    throw new CallError({ code: 'packing.conversation', message: 'no such conversation' })
  return { conversation, step: 2, batch: conversation, row: 1, offset: 3, length: 4, cropped: 0 }
}

beforeAll(() => connect())
beforeEach(() => {
  answerWith({
    'project.current': () => project,
    'packing.find': ({ conversation }) => place(conversation),
    'jobs.cancel': () => ({}),
  })
  navigation.batch.value = { split: 'train', batch: 3 }
})

async function used() {
  await useProject().load()
  await settled()
  const batch = shallowRef<BatchView | null>(sampleBatch()) // batch 3 of train
  const shown: number[] = []
  const scope = inScope(() => useFindConversation(batch, ({ conversation }) => shown.push(conversation)))
  const find = async (index: number): Promise<void> => {
    navigation.wantedConversation.value = { split: 'train', index }
    await settled()
  }
  return { ...scope, batch, shown, find }
}

describe('useFindConversation', () => {
  it('goes to the batch, and shows the place once that is there', async () => {
    const { batch, shown, find, stop } = await used()
    await find(42)
    expect(navigation.batch.value).toEqual({ split: 'train', batch: 42 })
    expect(navigation.wantedConversation.value).toBeNull()
    expect(shown).toEqual([])
    batch.value = { ...sampleBatch(), batch: 42 }
    await settled()
    expect(shown).toEqual([42])
    batch.value = { ...sampleBatch(), batch: 42 }
    await settled()
    expect(shown).toEqual([42])
    stop()
  })

  it('shows at once what is in the batch in sight', async () => {
    const { shown, find, stop } = await used()
    await find(3)
    expect(shown).toEqual([3])
    stop()
  })

  it('looks for it at the rank that reads it, where several train', async () => {
    answerWith({
      'project.current': () => projectOf(sampleConfig({ world_size: 4 })),
      'packing.find': ({ conversation, rank }) => (rank === 3 ? place(conversation) : null),
      'jobs.cancel': () => ({}),
    })
    const { value, find, stop } = await used()
    await find(43)
    expect([navigation.rank.value, value.neverTrained.value]).toEqual([3, false])
    expect(navigation.batch.value).toEqual({ split: 'train', batch: 43 })
    navigation.rank.value = 0
    stop()
  })

  it('lets a person go elsewhere meanwhile', async () => {
    const { batch, shown, find, stop } = await used()
    await find(42)
    navigation.batch.value = { split: 'train', batch: 7 }
    await settled()
    batch.value = { ...sampleBatch(), batch: 42 }
    await settled()
    expect(shown).toEqual([])
    stop()
  })

  it('says that a conversation is never trained, or that there is none', async () => {
    const { value, shown, find, stop } = await used()
    await find(13)
    expect([value.neverTrained.value, value.error.value]).toEqual([true, null])
    await find(101)
    expect(value.neverTrained.value).toBe(false)
    expect(value.error.value?.message).toBe('no such conversation')
    await find(3)
    expect(value.error.value).toBeNull()
    expect(shown).toEqual([3])
    stop()
  })
})
