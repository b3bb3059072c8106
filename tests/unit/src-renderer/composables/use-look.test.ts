// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { shallowRef } from 'vue'
import type { Look, Project } from '../../../../src-renderer/api/types'
import { useLook } from '../../../../src-renderer/composables/use-look'
import { useProject } from '../../../../src-renderer/composables/use-project'
import type { ConversationsEntry } from '../../../../src-renderer/mixture/conversations'
import { answerWith, connect, inScope, made, settled } from '../main-process'
import { sampleLook } from '../mixture/sample-look'
import { projectOf, sampleConfig } from '../runs/sample-run'

const { project } = useProject()
const projectIn = (dir: string, over: object = {}): Project => ({
  ...projectOf(sampleConfig(over)),
  dir,
})
/** Looks that wait for the test's answer, where it holds them back. */
let held: ((look: Look) => void)[] = []
let holds = false
let stop = (): void => undefined

beforeAll(() => connect())
beforeEach(() => {
  ;[held, holds] = [[], false]
  project.value = projectIn('/p')
  answerWith({
    'mixture.look': ({ entry }) =>
      holds
        ? new Promise((resolve) => held.push(resolve))
        : sampleLook({ about: 'source' in entry ? String(entry.source) : '' }),
    'jobs.cancel': () => ({}),
  })
})
afterEach(() => {
  stop()
})

async function used() {
  const entry = shallowRef<ConversationsEntry>({ task: 'Conversations', source: 'a.jsonl' })
  const scope = inScope(() => useLook(() => entry.value))
  stop = scope.stop
  await settled()
  return { entry, look: scope.value.look }
}
const looks = (): number => made.filter(({ name }) => name === 'mixture.look').length

it('forgets what it found as soon as the entry has other files', async () => {
  const { entry, look } = await used()
  expect(look.value?.about).toBe('a.jsonl')
  holds = true
  entry.value = { task: 'Conversations', source: 'b.jsonl' }
  await settled()
  expect(look.value).toBeNull()
  held[0]?.(sampleLook({ about: 'b.jsonl' }))
  await settled()
  expect(look.value?.about).toBe('b.jsonl')
})

it('does not take a look that was asked for the files before', async () => {
  holds = true
  const { entry, look } = await used()
  entry.value = { task: 'Conversations', source: 'b.jsonl' }
  await settled()
  held[0]?.(sampleLook({ about: 'a.jsonl' }))
  await settled()
  expect(look.value).toBeNull()
})

it.each([
  ['another folder of the project', () => projectIn('/q')],
  ['another nanochat folder', () => projectIn('/p', { base_dir: '/nano' })],
  ['another recipe', () => projectIn('/p', { recipe: 'sft' })],
])('looks again in %s', async (_, other) => {
  const { look } = await used()
  holds = true
  project.value = other()
  await settled()
  expect(look.value).toBeNull()
  expect(held).toHaveLength(1)
})

it('keeps what it found while the same files are read in another way, and not at all for a slice', async () => {
  const { entry, look } = await used()
  const before = looks()
  entry.value = { ...entry.value, stop: 5 }
  holds = true
  entry.value = { ...entry.value, format: 'sharegpt' }
  await vi.waitUntil(() => held.length > 0)
  expect(look.value?.about).toBe('a.jsonl')
  expect(looks()).toBe(before + 1)
})
