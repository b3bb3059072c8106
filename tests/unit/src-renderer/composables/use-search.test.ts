// @vitest-environment happy-dom
import { beforeAll, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import { runConfig } from '../../../../src-main/config/config.schema'
import { CallError } from '../../../../src-renderer/api/client'
import { useSearch, type SearchPlace } from '../../../../src-renderer/composables/use-search'
import { answerWith, connect, inScope, settled } from '../main-process'

const config = runConfig.parse({ mixture: { train: [], val: [] } })
const place = shallowRef<SearchPlace | null>({ config, dir: '/', split: 'train', task: 0 })

beforeAll(() => {
  connect()
  answerWith({
    'jobs.cancel': () => ({}),
    'mixture.search': ({ text }) => {
      if (text === 'broken') throw new CallError({ code: 'x', message: 'broken' })
      return text === 'none' ? new Int32Array() : Int32Array.of(2, 5, 9)
    },
  })
})
const { value: search } = inScope(() => useSearch(() => place.value))

it('answers with the first match from a row on, and goes round the ends', async () => {
  expect(await search.search('a', 5)).toBe(5)
  expect(await search.search('a', 6)).toBe(9)
  expect(await search.search('a', 10)).toBe(2)
  expect([search.step(2, 1), search.step(9, 1), search.step(2, -1), search.step(7, -1)]).toEqual([5, 2, 9, 5])
})

it('has nowhere to go without matches', async () => {
  expect(await search.search('none', 0)).toBeNull()
  expect([search.step(0, 1), search.step(0, -1)]).toEqual([null, null])
})

it('says why it failed', async () => {
  expect(await search.search('broken', 0)).toBeNull()
  expect(search.error.value?.message).toBe('broken')
})

it('forgets its matches in another task', async () => {
  await search.search('a', 0)
  place.value = { config, dir: '/', split: 'train', task: 1 }
  await settled()
  expect([search.matches.value, search.text.value]).toEqual([null, ''])
  place.value = null
  await settled()
  expect(await search.search('a', 0)).toBeNull()
})
