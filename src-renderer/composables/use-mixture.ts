/**
 * What the mixture amounts to: rows at once, lengths (every conversation rendered) as a job that a further edit cancels.
 * Figures are remembered an entry, so that an edit recomputes only what it changed. Shared by the places of the window.
 */
import { createSharedComposable, watchDebounced } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { MixtureEntry, MixtureSummary, Project, RunConfig, SplitName } from '../api/types'
import { entryColours, taskColours } from '../mixture/colours'
import { figuresKey, mixtureRows, mixtureTotals, type EntryFigures } from '../mixture/rows'
import { useJob } from './use-job'
import { useProject } from './use-project'

const SPLITS = ['train', 'val'] as const

/** What an entry's figures depend on beside the entry; when it changes, nothing known holds any more. */
function contextOf({ config, dir }: Project): string {
  const { base_dir, model_tag, model_step, max_seq_len } = config
  return JSON.stringify([base_dir, model_tag, model_step, max_seq_len, dir])
}

export const useMixture = createSharedComposable(() => {
  const { project } = useProject()
  const summary = shallowRef<MixtureSummary | null>(null)
  const known = shallowRef<ReadonlyMap<string, EntryFigures>>(new Map())
  const error = shallowRef<CallError | null>(null)
  /** While tasks and rows are being asked for. */
  const describing = shallowRef(false)
  const lengthsError = shallowRef<CallError | null>(null)
  const job = useJob()
  let request = 0

  const context = computed(() => (project.value ? contextOf(project.value) : ''))
  const mixture = computed<RunConfig['mixture']>(
    () => project.value?.config.mixture ?? { train: [], val: [] },
  )
  const colours = computed(() => entryColours(mixture.value.train, mixture.value.val))
  const rows = computed(() => ({
    train: mixtureRows(mixture.value.train, colours.value.train, known.value),
    val: mixtureRows(mixture.value.val, colours.value.val, known.value),
  }))
  const totals = computed(() => ({
    train: mixtureTotals(mixture.value.train, known.value),
    val: mixtureTotals(mixture.value.val, known.value),
  }))
  const colourOfTask = computed(() => ({
    train: summary.value ? taskColours(summary.value.train, 'train', colours.value) : [],
    val: summary.value ? taskColours(summary.value.val, 'val', colours.value) : [],
  }))

  function learn(entry: MixtureEntry | undefined, figures: Partial<EntryFigures>): void {
    if (!entry) return
    const key = figuresKey(entry)
    const before = known.value.get(key) ?? { rows: 0, source: '', lengths: null }
    known.value = new Map(known.value).set(key, { ...before, ...figures })
  }

  async function describe(): Promise<void> {
    if (!project.value) return
    const ours = ++request
    const { config, dir } = project.value
    job.cancel()
    describing.value = true
    try {
      const answer = await call('mixture.describe', { config, dir })
      if (ours !== request) return
      summary.value = answer
      error.value = null
      for (const split of SPLITS) {
        for (const { entry, rows, source } of answer[split].tasks)
          learn(config.mixture[split][entry], { rows, source })
      }
      void measure()
    } catch (failure) {
      if (ours !== request) return
      summary.value = null
      error.value = toCallError(failure)
    } finally {
      if (ours === request) describing.value = false
    }
  }

  const isMeasured = (split: SplitName): boolean =>
    mixture.value[split].every((entry) => known.value.get(figuresKey(entry))?.lengths)

  /** Renders every conversation of the splits whose figures are not all known. */
  async function measure(): Promise<void> {
    if (!project.value || !summary.value) return
    const { config, dir } = project.value
    const tasks = summary.value
    lengthsError.value = null
    try {
      for (const split of SPLITS) {
        if (isMeasured(split)) continue
        const lengths = await job.run((name) => call('mixture.lengths', { config, dir, split, job: name }))
        if (!lengths) return
        for (const task of lengths) {
          const entry = tasks[split].tasks.find(({ index }) => index === task.index)?.entry
          if (entry !== undefined) learn(config.mixture[split][entry], { lengths: task })
        }
      }
    } catch (failure) {
      lengthsError.value = toCallError(failure)
    }
  }

  watchDebounced(context, () => (known.value = new Map()), { debounce: 0 })
  const described = computed(() => context.value + JSON.stringify(mixture.value))
  watchDebounced(described, () => void describe(), { debounce: 150, immediate: true })

  return {
    mixture,
    summary,
    known,
    rows,
    totals,
    colours,
    colourOfTask,
    error,
    lengthsError,
    describing,
    measuring: job.running,
    progress: job.progress,
    measure,
    cancel: job.cancel,
    describe,
  }
})
