/**
 * Checks the config as it is typed: findings by option, and what follows from the options. `draft` holds what has been
 * typed and is not valid yet. It is checked in place of the option's value and never enters the project.
 */
import { createSharedComposable, watchDebounced } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import { parseGiven, type OptionName } from '../api/defaults'
import type { Checked, Finding } from '../api/types'
import { useDataCheck } from './use-data-check'
import { useDownloads } from './use-downloads'
import { usePackingFacts } from './use-packing-facts'
import { useProject } from './use-project'
import { useRun } from './use-run'
import { isActive } from '../runs/run-state'

/** After this many steps a run's speed is known, and so is the planned time of runs like it. */
const SPEED_STEPS = 12

export type Draft = Partial<Record<OptionName, unknown>>

export const useCheck = createSharedComposable(() => {
  const { project, edit } = useProject()
  const draft = shallowRef<Draft>({})
  const checked = shallowRef<Checked | null>(null)
  const error = shallowRef<CallError | null>(null)
  const checking = shallowRef(false)
  const { finished } = useDownloads()
  const { opened } = useDataCheck()
  const { facts } = usePackingFacts()
  const { run, latest } = useRun()
  /** The parts of a run that change what the check says of the next one. */
  const measured = computed(() => [
    run.value?.id,
    run.value ? isActive(run.value.state) : false,
    (latest.value?.step ?? 0) >= SPEED_STEPS,
  ])
  let request = 0

  const findings = computed(() => checked.value?.findings ?? [])
  const blockers = computed(() => findings.value.filter(({ level }) => level === 'block'))
  const derived = computed(() => checked.value?.derived ?? null)

  function findingsAt(option: OptionName): Finding[] {
    return findings.value.filter(({ path, level }) => path === option && level !== 'ok')
  }

  /** Puts what was typed for an option into the project where it is valid, else into the draft; undefined gives none. */
  function set(option: OptionName, value: unknown): void {
    if (!project.value) return
    const change = value === undefined ? { [option]: undefined } : parseGiven({ [option]: value })
    const { [option]: _, ...rest } = draft.value
    draft.value = change ? rest : { ...rest, [option]: value }
    if (change) edit(change, option)
  }

  async function check(): Promise<void> {
    if (!project.value) return
    const ours = ++request
    checking.value = true
    try {
      const { config, dir, branch } = project.value
      const answer = await call('project.check', {
        config: { ...config, ...draft.value },
        dir,
        facts: facts.value,
        ...(branch && { branch }),
      })
      if (ours !== request) return
      checked.value = answer
      error.value = null
    } catch (failure) {
      if (ours === request) error.value = toCallError(failure)
    } finally {
      if (ours === request) checking.value = false
    }
  }

  watchDebounced(
    () =>
      JSON.stringify([
        project.value?.config,
        project.value?.dir,
        project.value?.branch,
        draft.value,
        finished.value,
        opened.value,
        facts.value,
        measured.value,
      ]),
    () => void check(),
    {
      debounce: 150,
      immediate: true,
    },
  )

  return { draft, checked, checking, error, findings, blockers, derived, findingsAt, set, check }
})
