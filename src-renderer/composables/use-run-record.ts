/**
 * What one run has recorded: its detail, steps, evaluations, answers, measurements and log. What is stored comes first, then events add to it.
 * Events carry a sequence number: those that arrive while the record is fetched are kept and added, and a gap fetches
 * the missing part.
 *
 * The lists only grow and keep their identity from one record to the next. `version` counts their changes, so that
 * charts append and never copy.
 */
import { computed, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { EventPayload } from '../../src-main/contract/contract'
import type {
  EvalMetric,
  LogLine,
  MeasureMetric,
  RanksNow,
  RunDetail,
  SampleMetric,
  StepMetric,
} from '../api/types'
import { useEvent } from './use-event'

type Metrics = EventPayload<'run.metrics'>

export interface RunRecordState {
  detail: RunDetail | null
  steps: StepMetric[]
  evals: EvalMetric[]
  /** Answers to the run's prompts. */
  samples: SampleMetric[]
  measures: MeasureMetric[]
  log: LogLine[]
  /** What its ranks are doing; null where one trains alone, or the run is not in memory. */
  ranks: RanksNow | null
  secondsLeft: number | null
  version: number
}

const empty = (): RunRecordState => ({
  detail: null,
  steps: [],
  evals: [],
  samples: [],
  measures: [],
  log: [],
  ranks: null,
  secondsLeft: null,
  version: 0,
})

/** Adds what is newer by step. A step that a resume repeats replaces what came after it. */
export function appendSteps<T extends { step: number }>(list: T[], added: readonly T[]): void {
  for (const item of added) {
    while (list.length > 0 && (list.at(-1)?.step ?? 0) >= item.step) list.pop()
    list.push(item)
  }
}

export interface UseRunRecordReturn {
  record: ShallowRef<RunRecordState>
  latest: Readonly<Ref<StepMetric | null>>
  loading: ShallowRef<boolean>
  error: ShallowRef<CallError | null>
}

export function useRunRecord(runId: Readonly<Ref<string | null>>): UseRunRecordReturn {
  const record = shallowRef<RunRecordState>(empty())
  const loading = shallowRef(false)
  const error = shallowRef<CallError | null>(null)
  let seq = -1
  let early: Metrics[] | null = null
  /** How often was heard what the ranks do. */
  let heardOfRanks = 0
  let request = 0

  function add(event: Metrics): void {
    seq = event.seq
    const { steps, evals, samples, measures, log, version } = record.value
    appendSteps(steps, event.steps)
    appendSteps(evals, event.evals)
    appendSteps(samples, event.samples)
    appendSteps(measures, event.measures)
    log.push(...event.log)
    record.value = { ...record.value, secondsLeft: event.seconds_left, version: version + 1 }
  }

  function receive(event: Metrics): void {
    if (event.runId !== runId.value) return
    if (early) early.push(event)
    else if (event.seq === seq + 1) add(event)
    else if (event.seq > seq) void load(event.runId)
  }

  async function load(id: string): Promise<void> {
    const ours = ++request
    early = []
    const before = heardOfRanks
    loading.value = true
    error.value = null
    try {
      const stored = await call('runs.watch', { runId: id, fromStep: 0 })
      if (ours !== request) return
      const { detail, steps, evals, samples, measures, log, ranks } = stored
      record.value = {
        detail,
        steps: [...steps],
        evals: [...evals],
        samples: [...samples],
        measures: [...measures],
        log: [...log],
        ranks: heardOfRanks === before ? ranks : record.value.ranks,
        secondsLeft: null,
        version: 0,
      }
      seq = stored.seq
      const waiting = early
      early = null
      for (const event of waiting) if (event.seq > seq) add(event)
    } catch (failure) {
      if (ours !== request) return
      early = null
      error.value = toCallError(failure)
    } finally {
      if (ours === request) loading.value = false
    }
  }

  useEvent('run.metrics', receive)
  useEvent('run.ranks', ({ runId: id, ...ranks }) => {
    if (id !== runId.value) return
    heardOfRanks += 1
    record.value = { ...record.value, ranks }
  })
  useEvent('run.changed', ({ run }) => {
    const { detail } = record.value
    if (detail?.id === run.id) record.value = { ...record.value, detail: { ...detail, ...run } }
  })
  watch(
    runId,
    (id) => {
      request += 1
      early = null
      record.value = empty()
      loading.value = false
      error.value = null
      if (id) void load(id)
    },
    { immediate: true },
  )

  return { record, latest: computed(() => record.value.steps.at(-1) ?? null), loading, error }
}
