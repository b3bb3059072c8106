/**
 * The project being edited: what its config gives, with undo and redo, and the config that follows from it. An edit
 * shows at once and is sent to the main process a moment later; `flush` sends what is still waiting. Opening
 * another project can be undone too: nothing was lost, so undo goes back to the one before.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { resolveConfig } from '../../src-main/contract/contract'
import { call, CallError } from '../api/client'
import type { GivenConfig, Project } from '../api/types'
import { useEvent } from './use-event'
import { useEditSending } from './use-edit-sending'
import { useNotices } from './use-notices'
import { useProjectOpening } from './use-project-opening'
import { useProjectTrail } from './use-project-trail'

/** Edits of the same thing within this time undo as one. */
const ONE_EDIT_MS = 1000
const HISTORY = 100

export const useProject = createSharedComposable(() => {
  const project = shallowRef<Project | null>(null)
  const past = shallowRef<GivenConfig[]>([])
  const future = shallowRef<GivenConfig[]>([])
  const { attempt, fail } = useNotices()

  const edits = useEditSending(take)
  let lastEdit = { of: '', at: 0 }

  const config = computed(() => project.value?.config ?? null)
  const given = computed(() => project.value?.given ?? null)
  const resolved = computed(() => project.value && resolveConfig(project.value.given, project.value.base))
  const trail = useProjectTrail(past, future)
  const opening = useProjectOpening(project, trail, ask)
  const canUndo = computed(() => past.value.length > 0 || trail.canGoBack.value)
  const canRedo = computed(() => future.value.length > 0 || trail.canGoOn.value)

  function take(next: Project): void {
    const before = project.value
    if (edits.waitsFor(next.id)) return // our own edit is newer than the main process's config
    if (before && before.id !== next.id) trail.leave(before, next)
    project.value = next
  }

  function apply(next: GivenConfig): void {
    if (!project.value) return
    const { config } = resolveConfig(next, project.value.base)
    project.value = { ...project.value, given: next, config, modified: true }
    edits.send({ id: project.value.id, config: next })
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

  async function ask(title: string, question: () => Promise<Project | null>): Promise<boolean> {
    const next = await attempt(title, async () => {
      await edits.flush()
      return question()
    })
    if (next) take(next)
    return Boolean(next)
  }

  function undo(): void {
    if (past.value.length === 0 && trail.canGoBack.value) void opening.go('back')
    else step(past, future)
  }

  function redo(): void {
    if (future.value.length === 0 && trail.canGoOn.value) void opening.go('on')
    else step(future, past)
  }

  async function revert(): Promise<void> {
    const before = given.value
    if (before && (await ask('The project was not put back', () => call('project.revert', {}))))
      past.value = [...past.value.slice(1 - HISTORY), before]
  }

  async function write(as: boolean): Promise<Project | null> {
    const written = await call('project.save', { as })
    if (written === null) return null
    const { left_behind: stayed, ...saved } = written
    if (stayed) fail('The project was saved, without all of its conversations', new CallError(stayed))
    return saved
  }

  const save = (as: boolean): Promise<boolean> =>
    trail.staying(() => ask('The project was not saved', () => write(as)))

  useEvent('project.changed', take)

  return {
    project,
    config,
    given,
    resolved,
    canUndo,
    canRedo,
    edit,
    undo,
    redo,
    load,
    flush: edits.flush,
    revert,
    ...opening,
    save: (as = false) => save(as),
  }
})
