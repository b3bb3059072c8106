/**
 * The project being edited: what its config gives, with undo and redo, and the config that follows from it. An edit
 * shows at once and is sent to the main process a moment later, the latest edit only; `flush` sends what is still
 * waiting.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { resolveConfig } from '../../src-main/contract/contract'
import { call, CallError } from '../api/client'
import type { GivenConfig, Project } from '../api/types'
import { useEvent } from './use-event'
import { useNotices } from './use-notices'

const SEND_AFTER_MS = 120
/** Edits of the same thing within this time undo as one. */
const ONE_EDIT_MS = 1000
const HISTORY = 100

export const useProject = createSharedComposable(() => {
  const project = shallowRef<Project | null>(null)
  const past = shallowRef<GivenConfig[]>([])
  const future = shallowRef<GivenConfig[]>([])
  const { attempt, fail } = useNotices()

  let waiting: GivenConfig | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let sending: Promise<void> = Promise.resolve()
  let lastEdit = { of: '', at: 0 }

  const config = computed(() => project.value?.config ?? null)
  const given = computed(() => project.value?.given ?? null)
  const resolved = computed(() => project.value && resolveConfig(project.value.given, project.value.base))
  const canUndo = computed(() => past.value.length > 0)
  const canRedo = computed(() => future.value.length > 0)

  function take(next: Project): void {
    if (waiting) return // our own edit is newer than the main process's config
    if (next.path !== project.value?.path || next.dir !== project.value.dir) {
      past.value = []
      future.value = []
    }
    project.value = next
  }

  function send(): Promise<void> {
    clearTimeout(timer)
    const next = waiting
    if (!next) return sending
    sending = sending.then(async () => {
      try {
        const answer = await call('project.edit', { config: next })
        if (waiting === next) waiting = null
        take(answer)
      } catch (error) {
        if (waiting === next) waiting = null
        const kept = error instanceof CallError && error.code === 'file.unwritable'
        fail(kept ? 'The change is not on the disk yet' : 'The change was not taken', error)
      }
    })
    return sending
  }

  function apply(next: GivenConfig): void {
    if (!project.value) return
    const { config } = resolveConfig(next, project.value.base)
    project.value = { ...project.value, given: next, config, modified: true }
    waiting = next
    clearTimeout(timer)
    timer = setTimeout(() => void send(), SEND_AFTER_MS)
  }

  /**
   * Gives options other values; an undefined one is then not given. `of` names what is edited, so that typing in one
   * field is undone as one edit.
   */
  function edit(change: GivenConfig, of = ''): void {
    if (!given.value) return
    const continues = of !== '' && of === lastEdit.of && Date.now() - lastEdit.at < ONE_EDIT_MS
    if (!continues) past.value = [...past.value.slice(1 - HISTORY), given.value]
    lastEdit = { of, at: Date.now() }
    future.value = []
    apply({ ...given.value, ...change })
  }

  function step(from: typeof past, to: typeof past): void {
    const target = from.value.at(-1)
    if (!target || !given.value) return
    from.value = from.value.slice(0, -1)
    to.value = [...to.value, given.value]
    lastEdit = { of: '', at: 0 }
    apply(target)
  }

  async function load(): Promise<void> {
    take(await call('project.current', {}))
  }

  async function replaceBy(title: string, ask: () => Promise<Project | null>): Promise<boolean> {
    const next = await attempt(title, async () => {
      await send()
      return ask()
    })
    if (next) take(next)
    return Boolean(next)
  }

  useEvent('project.changed', take)

  return {
    project,
    config,
    given,
    resolved,
    canUndo,
    canRedo,
    edit,
    undo: () => step(past, future),
    redo: () => step(future, past),
    load,
    flush: send,
    open: (path?: string) =>
      replaceBy('The project was not opened', () => call('project.open', path ? { path } : {})),
    starter: (recipe: Project['config']['recipe'] = 'mid') =>
      replaceBy('The starter project was not opened', () => call('project.starter', { recipe })),
    save: (as = false) => replaceBy('The project was not saved', () => call('project.save', { as })),
  }
})
