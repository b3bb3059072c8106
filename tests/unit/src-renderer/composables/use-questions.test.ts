// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, it, vi } from 'vitest'

import type { QuestionDetail } from '../../../../src-renderer/api/types'
import { useQuestions } from '../../../../src-renderer/composables/use-questions'
import { answerWith, connect, inScope, settled } from '../main-process'

const ROWS = 250
const counts = { all: ROWS, right: 1, wrong: ROWS - 1, differ: 0 }
const askedFor: number[][] = []
const filters: string[] = []

function detail(row: number): QuestionDetail {
  return {
    row,
    asked: `question ${String(row)}`,
    wanted: '4',
    conversation: { messages: [] },
    outcomes: [null],
  }
}

beforeAll(() => connect())
beforeEach(() => {
  askedFor.length = 0
  filters.length = 0
  answerWith({
    'measuring.rows': ({ show, search }) => {
      filters.push(`${show} ${search}`.trim())
      const length = show === 'right' ? 1 : ROWS
      return { rows: Int32Array.from({ length }, (_, i) => 1000 + i), counts }
    },
    'measuring.lines': ({ rows }) => {
      askedFor.push([rows[0] ?? -1, rows.length])
      return rows.map((row) => ({ row, asked: `question ${String(row)}`, wanted: '4', outcomes: [null] }))
    },
    'measuring.question': ({ row }) => detail(row),
  })
})

function opened() {
  const key = { of: 'checkpoint' as const, identity: 'a'.repeat(32) }
  const asked = { task: 'MMLU' as const, of: [{ key, dtype: 'float32' as const }] }
  return inScope(() => useQuestions(() => asked, () => 0)) // prettier-ignore
}

it('reads the lines in sight a hundred at a time, each once, and the selected question', async () => {
  const { value: use, stop } = opened()
  await vi.waitUntil(() => use.found.value !== null)
  expect(use.lineAt(0)).toBeUndefined()
  use.need(95, 105)
  await settled()
  use.need(0, 199)
  await settled()
  expect(askedFor).toEqual([
    [1000, 100],
    [1100, 100],
  ])
  expect(use.lineAt(105)?.asked).toBe('question 1105')
  use.need(240, 249)
  await settled()
  expect(askedFor.at(-1)).toEqual([1200, 50])
  expect(use.question.value?.row).toBe(1000)
  use.selected.value = 7
  await settled()
  expect(use.question.value?.row).toBe(1007)
  stop()
})

it('another filter begins at the first question again', async () => {
  const { value: use, stop } = opened()
  await vi.waitUntil(() => use.found.value !== null)
  use.selected.value = 200
  await settled()
  use.show.value = 'right'
  await vi.waitUntil(() => use.found.value?.rows.length === 1)
  expect(use.selected.value).toBe(0)
  use.search.value = 'apples'
  await vi.waitUntil(() => filters.at(-1) === 'right apples')
  stop()
})
