/**
 * The search for duplicates and what it found. It goes on while other places are shown. What was found is about the
 * mixture as it was then: where the mixture has been edited since, it says so, and nothing can be excluded by it. Another
 * project begins with nothing found.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { Findings, PairsOf, Project, RunConfig } from '../api/types'
import { useJob } from './use-job'
import { useNavigation } from './use-navigation'
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
  const { recipe, base_dir, mixture } = config
  return JSON.stringify([recipe, base_dir, dir, entries(mixture.train), entries(mixture.val)])
}

export const useDuplicates = createSharedComposable(() => {
  const { project } = useProject()
  const { duplicatesOpen: isOpen } = useNavigation()
  const found = shallowRef<Searched | null>(null)
  const error = shallowRef<CallError | null>(null)
  const listed = shallowRef<Listed>({ kind: 'exact', entry: null, test: null })
  const job = useJob()
  let asked: Pick<Project, 'config' | 'dir'> | null = null

  /**
   * Null while a search runs: asking for the pairs of another mixture would close the one that is being searched. A
   * search that is cancelled or fails leaves what was found before.
   */
  const searched = computed(() => (job.running.value === null ? found.value : null))

  const isStale = computed(
    () => searched.value !== null && project.value !== null && keyOf(searched.value) !== keyOf(project.value),
  )

  async function search(): Promise<void> {
    if (!project.value) return
    const { config, dir } = project.value
    asked = { config, dir }
    error.value = null
    try {
      await job.run(async (name) => {
        const findings = await call('duplicates.find', { config, dir, job: name })
        if (job.running.value !== name) return // cancelled meanwhile
        found.value = { findings, config, dir }
        listed.value = { kind: firstKind(findings), entry: null, test: null }
      })
    } catch (failure) {
      error.value = toCallError(failure)
    }
  }

  watch(
    () => project.value?.id,
    () => {
      // Saved under another name in its folder, it is still the mixture that was asked about.
      if (asked && project.value && keyOf(asked) === keyOf(project.value)) return
      job.cancel()
      found.value = null
      error.value = null
    },
  )

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
