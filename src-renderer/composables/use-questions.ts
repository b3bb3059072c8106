/**
 * The questions of a task, of one model or several: which there are, the lines in sight (asked for a hundred at a time), and
 * the open one.
 */
import { watchDebounced } from '@vueuse/core'
import { computed, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { QuestionDetail, QuestionFilter, QuestionLine } from '../api/types'
import type { CallInput, CallOutput } from '../../src-main/contract/contract'

const PAGE = 100

/** A task as models were measured by it. */
export type AskedQuestions = Pick<CallInput<'measuring.rows'>, 'task' | 'of'>

export interface UseQuestionsReturn {
  show: Ref<QuestionFilter['show']>
  search: Ref<string>
  /** null before the first answer. */
  found: ShallowRef<CallOutput<'measuring.rows'> | null>
  error: ShallowRef<CallError | null>
  /** A line by its place in the list; undefined while it is being read. */
  lineAt: (index: number) => QuestionLine | undefined
  /** Sees to it that the lines from one place to another are read. */
  need: (from: number, to: number) => void
  /** The open question's place in the list. */
  selected: Ref<number>
  question: ShallowRef<QuestionDetail | null>
}

/** @param version changes when there may be more questions */
export function useQuestions(asked: () => AskedQuestions, version: () => unknown): UseQuestionsReturn {
  const show = ref<QuestionFilter['show']>('all')
  const search = ref('')
  const found = shallowRef<CallOutput<'measuring.rows'> | null>(null)
  const error = shallowRef<CallError | null>(null)
  const lines = shallowRef<ReadonlyMap<number, QuestionLine>>(new Map())
  const selected = ref(0)
  const question = shallowRef<QuestionDetail | null>(null)
  const key = computed(() => JSON.stringify(asked()))
  let request = 0
  let pages = new Set<number>()

  async function find(): Promise<void> {
    const ours = ++request
    try {
      const answer = await call('measuring.rows', { ...asked(), show: show.value, search: search.value })
      if (ours !== request) return
      found.value = answer
      lines.value = new Map()
      pages = new Set()
      error.value = null
      selected.value = Math.max(0, Math.min(selected.value, answer.rows.length - 1))
    } catch (failure) {
      if (ours === request) error.value = toCallError(failure)
    }
  }

  function need(from: number, to: number): void {
    for (let page = Math.floor(from / PAGE); page <= Math.floor(to / PAGE); page++) {
      if (!pages.has(page)) void read(page)
    }
  }

  async function read(page: number): Promise<void> {
    const ours = request
    const rows = [...(found.value?.rows.subarray(page * PAGE, (page + 1) * PAGE) ?? [])]
    if (rows.length === 0) return
    pages.add(page)
    try {
      const answer = await call('measuring.lines', { ...asked(), rows })
      if (ours !== request) return
      lines.value = new Map([...lines.value, ...answer.map((line) => [line.row, line] as const)])
    } catch (failure) {
      pages.delete(page)
      error.value = toCallError(failure)
    }
  }

  let opening = 0
  const row = computed(() => found.value?.rows[selected.value])
  watch([key, row, found], async () => {
    const ours = ++opening
    const wanted = row.value
    const answer =
      wanted === undefined
        ? null
        : await call('measuring.question', { ...asked(), row: wanted }).catch(() => null)
    if (ours === opening) question.value = answer
  })

  watch([show, key], () => (selected.value = 0))
  watchDebounced([key, show, search, version], () => void find(), { debounce: 120, immediate: true })

  return {
    show,
    search,
    found,
    error,
    lineAt: (index) => {
      const at = found.value?.rows[index]
      return at === undefined ? undefined : lines.value.get(at)
    },
    need,
    selected,
    question,
  }
}
