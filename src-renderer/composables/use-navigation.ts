/**
 * Where the window is: the place shown, and what is selected in each place. This is kept outside the views, so that a
 * place is as it was when one comes back to it, and in the page's storage, so that the next launch begins where one was.
 * The place itself is in the address as well.
 */
import { useLocalStorage, type RemovableRef } from '@vueuse/core'
import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { OptionName } from '../api/defaults'
import type { SplitName } from '../api/types'
import type { Colouring } from '../packing/classes'

export const PLACES = ['mixture', 'packing', 'train', 'talk', 'runs', 'settings'] as const
export type Place = (typeof PLACES)[number]
export const PLACE_NAMES: Record<Place, string> = {
  mixture: 'Mixture',
  packing: 'Packing',
  train: 'Train',
  talk: 'Talk',
  runs: 'Runs',
  settings: 'Settings',
}

export interface SampleTarget {
  split: SplitName
  /** Its index in the shuffled mixture. */
  index: number
}

const keptPlace = useLocalStorage('place', 'mixture')
const place = ref<Place>(placeOf(location.hash || keptPlace.value))
/** The batch the Packing view shows. */
const batch = kept<{ split: SplitName; batch: number }>('packing.batch', { split: 'train', batch: 0 })
/** The run whose batches the Packing view shows; null for the project's. */
const packingRun = kept<string | null>('packing.run', null)
/**
 * The rank whose batches are shown of what several ranks train; where there are fewer, the last one's are. It is kept when
 * the source changes.
 */
const rank = kept<number>('packing.rank', 0)
/** What colour stands for in Packing. */
const colouring = kept<Colouring>('packing.colouring', 'task')
/** The selected entry of the mixture. */
const entry = kept<{ split: SplitName; index: number }>('mixture.entry', { split: 'train', index: 0 })
/** Whether Mixture shows the check for duplicates in place of its tasks. */
const duplicatesOpen = kept('mixture.duplicates', false)
/** A conversation that the Mixture view is asked to show; null once it is shown. */
const wantedSample = shallowRef<SampleTarget | null>(null)
/** A conversation that the Packing view is asked to show where it is packed; null once it is shown. */
const wantedConversation = shallowRef<SampleTarget | null>(null)
/** An option that the Train view is asked to show; null once it is shown. */
const wantedOption = ref<OptionName | null>(null)
/** How often one was brought to a place: each time the frame puts the focus there. */
const arrivals = ref(0)
/** The run opened in Runs. */
const openRun = kept<string | null>('runs.open', null)

/** The conversation opened in Talk, where it is kept. */
const openTalk = kept<string | null>('talk.open', null)

/** What Runs shows: the runs, the queue of those to come, or the checkpoints. */
const runsTab = kept<'runs' | 'queue' | 'checkpoints'>('runs.tab', 'runs')

/** A choice that the next launch begins with. */
function kept<T>(name: string, first: T): RemovableRef<T> {
  return useLocalStorage<T>(name, first, { shallow: true })
}

function placeOf(hash: string): Place {
  const name = hash.replace(/^#\/?/, '')
  return PLACES.find((known) => known === name) ?? 'mixture'
}

watch(place, (name) => {
  history.replaceState(null, '', `#/${name}`)
  keptPlace.value = name
})

function go(name: Place): void {
  place.value = name
  arrivals.value += 1
}

/** @param runId the run whose batch it is; null for the project's */
function showBatch(split: SplitName, index: number, runId: string | null = null): void {
  packingRun.value = runId
  batch.value = { split, batch: Math.max(0, index) }
  go('packing')
}

/** Shows a conversation in its packed row, where the plan of the project, or of a run, puts it. */
function showConversation(target: SampleTarget, runId: string | null = null): void {
  packingRun.value = runId
  wantedConversation.value = target
  go('packing')
}

function showTasks(): void {
  duplicatesOpen.value = false
  go('mixture')
}

function selectEntry(split: SplitName, index: number): void {
  entry.value = { split, index }
  showTasks()
}

function showSample(target: SampleTarget): void {
  wantedSample.value = target
  showTasks()
}

function showOption(name: OptionName): void {
  wantedOption.value = name
  go('train')
}

function showRun(id: string | null): void {
  openRun.value = id
  runsTab.value = 'runs'
  go('runs')
}

function showQueue(): void {
  runsTab.value = 'queue'
  go('runs')
}

function showCheckpoints(): void {
  runsTab.value = 'checkpoints'
  go('runs')
}

export interface UseNavigationReturn {
  place: Ref<Place>
  batch: Ref<{ split: SplitName; batch: number }>
  packingRun: Ref<string | null>
  rank: Ref<number>
  colouring: Ref<Colouring>
  entry: Ref<{ split: SplitName; index: number }>
  duplicatesOpen: Ref<boolean>
  wantedSample: ShallowRef<SampleTarget | null>
  wantedConversation: ShallowRef<SampleTarget | null>
  wantedOption: Ref<OptionName | null>
  arrivals: Readonly<Ref<number>>
  openRun: Ref<string | null>
  openTalk: Ref<string | null>
  runsTab: typeof runsTab
  go: typeof go
  selectEntry: typeof selectEntry
  showBatch: typeof showBatch
  showSample: typeof showSample
  showConversation: typeof showConversation
  showOption: typeof showOption
  showRun: typeof showRun
  showQueue: typeof showQueue
  showCheckpoints: typeof showCheckpoints
}

export function useNavigation(): UseNavigationReturn {
  return {
    place,
    batch,
    packingRun,
    rank,
    colouring,
    entry,
    duplicatesOpen,
    wantedSample,
    wantedConversation,
    wantedOption,
    arrivals,
    openRun,
    openTalk,
    runsTab,
    go,
    selectEntry,
    showBatch,
    showSample,
    showConversation,
    showOption,
    showRun,
    showQueue,
    showCheckpoints,
  }
}
