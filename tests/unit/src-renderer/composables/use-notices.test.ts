// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import { useNotices } from '../../../../src-renderer/composables/use-notices'

const { notices, fail, tell, dismiss } = useNotices()
const shown = (): string[] => notices.value.map(({ title, error }) => `${title}: ${error?.message ?? ''}`)

beforeEach(() => {
  for (const { id } of notices.value) dismiss(id)
})

it('says the same failure once, and another beside it', () => {
  fail('Not saved', new Error('the disk is full'))
  fail('Not saved', new Error('may not be written'))
  fail('Not saved', new Error('the disk is full'))
  expect(shown()).toEqual(['Not saved: may not be written', 'Not saved: the disk is full'])
})

it('takes back the one that was given', () => {
  const id = fail('Not saved', new Error('the disk is full'))
  tell('The run is done')
  dismiss(id)
  expect(shown()).toEqual(['The run is done: '])
})
