/**
 * The search for duplicates and what it found. It goes on while other places are shown. What was found is about the
 * mixture as it was then: where the mixture has been edited since, it says so, and nothing can be excluded by it.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, ref, shallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { Findings, PairsOf, Project, RunConfig } from '../api/types'
import { useJob } from './use-job'
import { useProject } from './use-project'

/** What is listed: some of the pairs, or the conversations that are excluded. */
export type Listed = PairsOf | 'excluded'

/** What was found, and the project that it was found in. */
interface Searched {
  findings: Findings
  config: RunConfig
  dir: string
}

/** What a search depends on. How often an entry is repeated plays no part. */
function keyOf({ config, dir }: Pick<Project, 'config' | 'dir'>): string {
  const entries = (list: RunConfig['mixture']['train']): object[] =>
    list.map((entry) => ({ ...entry, repeat: undefined }))
  return JSON.stringify([config.base_dir, dir, entries(config.mixture.train), entries(config.mixture.val)])
}

export const useDuplicates = createSharedComposable(() => {
  const { project } = useProject()
  const isOpen = ref(false)
  const searched = shallowRef<Searched | null>(null)
  const error = shallowRef<CallError | null>(null)
  const listed = shallowRef<Listed>({ kind: 'exact', entry: null, test: null })
  const job = useJob()

  const isStale = computed(
    () => searched.value !== null && project.value !== null && keyOf(searched.value) !== keyOf(project.value),
  )

  async function search(): Promise<void> {
    if (!project.value) return
    const { config, dir } = project.value
    error.value = null
    searched.value = null
    try {
      const findings = await job.run((name) => call('duplicates.find', { config, dir, job: name }))
      if (!findings) return
      searched.value = { findings, config, dir }
      listed.value = { kind: firstKind(findings), entry: null, test: null }
    } catch (failure) {
      error.value = toCallError(failure)
    }
  }

  return {
    isOpen,
    searched,
    isStale,
    error,
    listed,
    search,
    running: job.running,
    progress: job.progress,
    cancel: job.cancel,
  }
})

/** The first kind of which something was found. */
function firstKind({ train_entries: entries }: Findings): PairsOf['kind'] {
  const kinds = ['exact', 'near', 'val', 'test'] as const
  return kinds.find((kind) => entries.some((entry) => entry[kind] > 0)) ?? 'exact'
}
