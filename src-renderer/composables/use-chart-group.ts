/**
 * The charts of one place, which share what they are drawn over, what of it is in sight, where they are pointed at, and
 * the marks on it. The place provides the group; each LineChart.vue in it takes part by itself.
 */
import {
  computed,
  inject,
  onScopeDispose,
  provide,
  shallowRef,
  watch,
  type ComputedRef,
  type InjectionKey,
  type ShallowRef,
} from 'vue'
import { useEventListener } from '@vueuse/core'
import { PLAIN_CURVES } from '../../src-main/contract/contract'
import type { CurveChoices } from '../api/types'
import type { Mark } from '../charts/marks'
import type { AxisEnds } from '../charts/ticks'
import type { XChoice } from '../charts/x-axes'
import { useCurveChoices } from './use-curve-choices'

export interface ChartGroupOptions {
  /** Grows when points were added to any of the charts. */
  version: () => number
  /** Where the lines begin beyond zero and where they end; null where none has a place on that x. */
  extent: (x: XChoice) => { first: number; last: number } | null
  /** @default none */
  marks?: () => readonly Mark[]
  /** Drawn over steps as they are, whatever is chosen elsewhere. @default false */
  plain?: boolean
}

/** Where the charts are pointed at. */
export interface Pointed {
  x: number
  /** Which chart the pointer or the keyboard is in. */
  by: symbol
}

export interface ChartGroup {
  version: () => number
  choices: ComputedRef<CurveChoices>
  /** All of x that there is. */
  whole: ComputedRef<AxisEnds>
  /** Whether no line has a place on the chosen x. */
  isUnknown: ComputedRef<boolean>
  /** What of x is in sight; null for the whole. */
  zoom: ShallowRef<AxisEnds | null>
  pointed: ShallowRef<Pointed | null>
  marks: () => readonly Mark[]
}

const KEY: InjectionKey<ChartGroup> = Symbol('charts')

export function provideCharts({ version, extent, marks, plain }: ChartGroupOptions): ChartGroup {
  const { choices: chosen } = useCurveChoices()
  const choices = computed(() => (plain ? PLAIN_CURVES : chosen.value))
  const known = computed(() => {
    void version()
    return extent(choices.value.x)
  })
  const whole = computed<AxisEnds>(() => {
    const { first, last } = known.value ?? { first: 1, last: 1 }
    const min = choices.value.log_x ? Math.max(first, last * 1e-9, Number.MIN_VALUE) : 0
    return { min, max: last > min ? last : min + 1 }
  })
  const zoom = shallowRef<AxisEnds | null>(null)
  const pointed = shallowRef<Pointed | null>(null)
  // A stretch of steps is none of tokens.
  watch(
    () => [choices.value.x, choices.value.log_x],
    () => {
      zoom.value = null
      pointed.value = null
    },
  )
  const leave = (): void => {
    pointed.value = null
  }
  // A pointer that left the window in one movement left no chart.
  useEventListener(document.documentElement, 'pointerleave', leave)
  useEventListener(window, 'blur', leave)
  const isUnknown = computed(() => known.value === null)
  const group = { version, choices, whole, isUnknown, zoom, pointed, marks: marks ?? (() => []) }
  provide(KEY, group)
  return group
}

/** The group of the place that the chart is in. A chart that goes takes its crosshair with it. @param by the chart */
export function useChartGroup(by: symbol): ChartGroup {
  const group = inject(KEY)
  if (!group) throw new Error('a chart needs a place that provides a group: see provideCharts')
  onScopeDispose(() => {
    if (group.pointed.value?.by === by) group.pointed.value = null
  })
  return group
}
