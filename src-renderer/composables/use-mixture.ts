/**
 * What the mixture amounts to: rows at once, lengths (every conversation rendered) as a job that a further edit
 * cancels. Where some entries cannot be read, the others still are, and the error says what is wrong. Figures are
 * remembered per entry, so that an edit recomputes only what it changed. The places of the window share them.
 */
import { createSharedComposable, watchDebounced } from '@vueuse/core'
import { computed, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { call, CallError, toCallError, type Issue } from '../api/client'
import type { MixtureSummary, Project, RunConfig, SplitName } from '../api/types'
import { entryColours, taskColours } from '../theme/colours'
import { excludedRows, type ExcludedRows } from '../mixture/exclude'
import { issuesOfWhole, readablePart, withEntriesOf, type ReadablePart } from '../mixture/readable'
import { figuresKey, mixtureRows, mixtureTotals, type EntryFigures } from '../mixture/rows'
import { useDownloads } from './use-downloads'
import { useJob, type UseJobReturn } from './use-job'
import { useProject } from './use-project'

const SPLITS = ['train', 'val'] as const

/** What an entry's figures depend on besides the entry. When it changes, known figures no longer hold. */
function contextOf({ config, dir }: Project): string {
  const { recipe, base_dir, model_tag, model_step, max_seq_len } = config
  return JSON.stringify([recipe, base_dir, model_tag, model_step, max_seq_len, dir])
}

interface Found {
  answer: MixtureSummary
  part: ReadablePart
}

function excludedOf({ exclude, mixture: { train } }: RunConfig): Excluded {
  return { train: excludedRows(exclude, train.length), val: [] }
}

/** What has been opened. */
interface Opened {
  /** The config that can be read: the project's, or the same without the entries at fault. */
  config: RunConfig
  dir: string
  /** All entries as they were when it was opened. */
  whole: RunConfig['mixture']
  /** What was excluded of them. */
  excluded: Excluded
}

export const useMixture = createSharedComposable(() => {
  const { project } = useProject()
  const { finished } = useDownloads()
  const mixture = computed<RunConfig['mixture']>(
    () => project.value?.config.mixture ?? { train: [], val: [] },
  )
  const summary = shallowRef<MixtureSummary | null>(null)
  const opened = shallowRef<Opened | null>(null)
  const error = shallowRef<CallError | null>(null)
  /** While tasks and rows are being asked for. */
  const describing = shallowRef(false)
  const reading = useJob()
  /** What is excluded of each entry. */
  const excluded = computed<Excluded>(() =>
    project.value ? excludedOf(project.value.config) : { train: [], val: [] },
  )
  const figures = useFigures(mixture, excluded, summary)
  const lengths = useLengths(opened, summary, figures)
  let request = 0

  async function describe(): Promise<void> {
    if (!project.value) return
    const ours = ++request
    const { config, dir } = project.value
    lengths.cancel()
    describing.value = true
    const { found, failure } = await openMixture(config, dir, reading)
    if (ours !== request) return
    describing.value = false
    error.value = failure
    summary.value = found && withEntriesOf(found.part, found.answer)
    opened.value = found && {
      config: found.part.config,
      dir,
      whole: config.mixture,
      excluded: excludedOf(config),
    }
    if (!opened.value) return
    for (const split of SPLITS) {
      for (const { entry, rows, excluded: out, source, place, left_out: leftOut } of summary.value?.[split]
        .tasks ?? [])
        figures.learn(opened.value, split, entry, { rows: rows - out, source, place, leftOut })
    }
    void lengths.measure()
  }

  const context = computed(() => (project.value ? contextOf(project.value) : ''))
  watchDebounced(context, figures.forget, { debounce: 0 })
  const described = computed(
    () => context.value + JSON.stringify(mixture.value) + String(project.value?.config.exclude ?? ''),
  )
  watchDebounced(described, () => void describe(), { debounce: 150, immediate: true })
  watch(finished, () => void describe())

  return {
    mixture,
    summary,
    opened,
    error,
    describing,
    reading: reading.progress,
    cancelReading: reading.cancel,
    describe,
    ...figures,
    ...lengths,
  }
})

/**
 * Opens the mixture, or the part of it that can be read, with the reason for the rest. `found` is null where no part
 * can be.
 */
async function openMixture(
  config: RunConfig,
  dir: string,
  reading: UseJobReturn,
): Promise<{ found: Found | null; failure: CallError | null }> {
  const issues: Issue[] = []
  let failure: CallError | null = null
  let part = readablePart(config, issues)
  for (;;) {
    const asked = part.config
    try {
      const answer = await reading.run((job) => call('mixture.describe', { config: asked, dir, job }))
      if (!answer) throw new CallError({ code: 'cancelled', message: 'Reading the tasks was cancelled.' })
      return { found: { answer, part }, failure }
    } catch (thrown) {
      const { code, message, remedy, issues: further } = toCallError(thrown)
      issues.push(...issuesOfWhole(part, further))
      failure ??= new CallError({ code, message, remedy, issues })
      const rest = readablePart(config, issues)
      if (rest.left === 0 || rest.left === part.left) return { found: null, failure }
      part = rest
    }
  }
}

type Mixture = RunConfig['mixture']
/** What is excluded of each entry. */
type Excluded = Readonly<Record<SplitName, readonly ExcludedRows[]>>
type Known = ReadonlyMap<string, EntryFigures>

/** What is known of each entry, and what follows from it for the tables and colours. */
function useFigures(
  mixture: Readonly<Ref<Mixture>>,
  excluded: Readonly<Ref<Excluded>>,
  summary: Readonly<Ref<MixtureSummary | null>>,
) {
  const known: ShallowRef<Known> = shallowRef(new Map())
  const colours = computed(() => entryColours(mixture.value.train, mixture.value.val))
  const rows = computed(() => ({
    train: mixtureRows(mixture.value.train, colours.value.train, known.value, excluded.value.train),
    val: mixtureRows(mixture.value.val, colours.value.val, known.value, excluded.value.val),
  }))
  /** What is known of an entry, as much of it as is not excluded. */
  function figuresOf(split: SplitName, index: number): EntryFigures | null {
    const entry = mixture.value[split][index]
    return entry ? (known.value.get(figuresKey(entry, excluded.value[split][index])) ?? null) : null
  }
  const totals = computed(() => ({
    train: mixtureTotals(mixture.value.train, known.value, excluded.value.train),
    val: mixtureTotals(mixture.value.val, known.value, excluded.value.val),
  }))
  const colourOfTask = computed(() => ({
    train: summary.value ? taskColours(summary.value.train, 'train', colours.value) : [],
    val: summary.value ? taskColours(summary.value.val, 'val', colours.value) : [],
  }))
  /** @param of the entries as they were when the figures were asked for */
  function learn(of: Opened, split: SplitName, index: number, figures: Partial<EntryFigures>): void {
    const entry = of.whole[split][index]
    if (!entry) return
    const key = figuresKey(entry, of.excluded[split][index])
    const before = known.value.get(key) ?? { rows: 0, source: '', lengths: null }
    known.value = new Map(known.value).set(key, { ...before, ...figures })
  }
  const forget = (): void => void (known.value = new Map())
  return { figuresOf, colours, rows, totals, colourOfTask, learn, forget }
}

/** The lengths of the conversations, measured entry by entry as a job. */
function useLengths(
  opened: Readonly<Ref<Opened | null>>,
  summary: Readonly<Ref<MixtureSummary | null>>,
  { figuresOf, learn }: Pick<ReturnType<typeof useFigures>, 'figuresOf' | 'learn'>,
) {
  const lengthsError = shallowRef<CallError | null>(null)
  const job = useJob()
  const isMeasured = (split: SplitName): boolean =>
    summary.value?.[split].tasks.every(({ entry }) => figuresOf(split, entry)?.lengths) ?? false

  /** Renders every conversation of the splits whose figures are not all known. */
  async function measure(): Promise<void> {
    if (!opened.value || !summary.value) return
    const asked = opened.value
    const { config, dir } = asked
    const tasks = summary.value
    lengthsError.value = null
    try {
      for (const split of SPLITS) {
        if (isMeasured(split)) continue
        const lengths = await job.run((name) => call('mixture.lengths', { config, dir, split, job: name }))
        if (!lengths) return
        for (const task of lengths) {
          const entry = tasks[split].tasks.find(({ index }) => index === task.index)?.entry
          if (entry !== undefined) learn(asked, split, entry, { lengths: task })
        }
      }
    } catch (failure) {
      lengthsError.value = toCallError(failure)
    }
  }
  return { measure, lengthsError, measuring: job.running, progress: job.progress, cancel: job.cancel }
}
