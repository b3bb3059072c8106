// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { defineComponent, h, nextTick, shallowRef } from 'vue'
import { PLAIN_CURVES } from '../../../../src-main/contract/contract'
import { Curve } from '../../../../src-renderer/charts/curve'
import { View } from '../../../../src-renderer/charts/view'
import {
  provideCharts,
  useChartGroup,
  type ChartGroup,
} from '../../../../src-renderer/composables/use-chart-group'
import {
  useChartPointer,
  type UseChartPointerReturn,
} from '../../../../src-renderer/composables/use-chart-pointer'
import { useChartZoom, type UseChartZoomReturn } from '../../../../src-renderer/composables/use-chart-zoom'
import { useCurveChoices } from '../../../../src-renderer/composables/use-curve-choices'
import type { DrawnLine } from '../../../../src-renderer/composables/use-line-chart'
import { answerWith, connect } from '../main-process'

interface Chart {
  pointer: UseChartPointerReturn
  zoom: UseChartZoomReturn
  view: { value: View | null }
}

beforeAll(() => connect())
afterEach(() => useCurveChoices().choose(PLAIN_CURVES))

const area = { left: 0, right: 100, top: 0, bottom: 100 }
const last = shallowRef(100)

/** Two charts of one place, with a value at every step, drawn 100 pixels wide. */
function place(): { group: ChartGroup; charts: Chart[]; leaveSecond: () => Promise<void>; opened: number[] } {
  answerWith({ 'settings.update': () => ({ theme: 'system', base_dir: null, threads: null, trainer_host: 'auto', text_size: 100, notify: true, curves: PLAIN_CURVES }) }) // prettier-ignore
  const [charts, opened, hasSecond] = [[] as Chart[], [] as number[], shallowRef(true)]
  let group: ChartGroup | undefined
  const One = defineComponent(() => {
    const by = Symbol('chart')
    const ours = useChartGroup(by)
    const curve = new Curve((step) => step, 0)
    curve.follow(Array.from({ length: 100 }, (_, at) => ({ x: at + 1, y: at })))
    const line: DrawnLine = { series: { label: 'loss', points: [], tone: 'main' }, curve }
    const axis = (max: number) => ({ min: 0, max, log: false, ticks: [] })
    const view = shallowRef<View | null>(new View(area, axis(100), axis(100)))
    const parts = { view, yZoom: shallowRef(null), drawSoon: () => undefined }
    const zoom = useChartZoom(ours, parts, shallowRef(null))
    const pointer = useChartPointer({
      ...{ by, group: ours, zoom, chart: { view, lines: shallowRef([line]) as never } },
      open: (step) => opened.push(step),
    })
    charts.push({ pointer, zoom, view })
    return () => h('i')
  })
  mount(
    defineComponent(() => {
      group = provideCharts({ version: () => 0, extent: () => ({ first: 1, last: last.value }) })
      return () => [h(One), ...(hasSecond.value ? [h(One)] : [])]
    }),
  )
  if (!group) throw new Error('no group was provided')
  const leaveSecond = async (): Promise<void> => {
    hasSecond.value = false
    await nextTick()
  }
  return { group, charts, leaveSecond, opened }
}
const fire = ({ pointer }: Chart, name: string, event: object): void => pointer.on[name]?.(event as never)
const wheel = (deltaY: number) => {
  const event = { deltaX: 0, deltaY, shiftKey: false, offsetX: 50, timeStamp: 1e6, kept: true }
  return Object.assign(event, { preventDefault: () => (event.kept = false) })
}

describe('the charts of a place', () => {
  it('are pointed at together, and no crosshair stays when the chart that has it goes', async () => {
    const { group, charts, leaveSecond } = place()
    const [first, second] = charts
    if (!first || !second) throw new Error('there are two')
    fire(second, 'pointermove', { offsetX: 40.2, offsetY: 10 })
    expect(group.pointed.value?.x).toBe(40)
    expect(first.pointer.readings.value[0]?.at).toBe(39)
    expect([first, second].map(({ pointer }) => pointer.nearest.value?.at)).toEqual([undefined, 39])
    await leaveSecond()
    expect(group.pointed.value).toBeNull()
    fire(first, 'pointermove', { offsetX: 10, offsetY: 10 })
    window.dispatchEvent(new Event('blur'))
    expect(group.pointed.value).toBeNull()
  })

  it('read what comes under a pointer that rests, when they are drawn anew', async () => {
    const { group, charts } = place()
    const [first] = charts
    if (!first) throw new Error('there is one')
    fire(first, 'pointermove', { offsetX: 50, offsetY: 10 })
    first.view.value = new View(area, { min: 0, max: 50, log: false, ticks: [] }, { min: 0, max: 1, log: false, ticks: [] }) // prettier-ignore
    await nextTick()
    expect(group.pointed.value?.x).toBe(25)
  })

  it('are zoomed together by a box, which stays while data comes, and by Esc show everything again', () => {
    const { group, charts } = place()
    const [first, second] = charts
    if (!first || !second) throw new Error('there are two')
    fire(first, 'pointerdown', { button: 0, offsetX: 20, offsetY: 50 })
    fire(first, 'pointermove', { offsetX: 60, offsetY: 52 })
    expect(first.zoom.box.value).toMatchObject({ left: 20, width: 40, flat: true })
    fire(first, 'pointerup', {})
    expect(group.zoom.value).toEqual({ min: 20, max: 60 })
    expect(second.zoom.isZoomed.value).toBe(true)
    last.value = 150
    expect(group.zoom.value).toEqual({ min: 20, max: 60 })
    let stopped = false
    const escape = { key: 'Escape', stopPropagation: () => (stopped = true), preventDefault: () => undefined }
    fire(second, 'keydown', escape)
    expect([group.zoom.value, stopped]).toEqual([null, true])
    stopped = false
    fire(second, 'keydown', escape)
    expect(stopped).toBe(false) // nothing is zoomed: Esc is the place's
    last.value = 100
  })

  it('leave the wheel to what scrolls where there is nothing to zoom out of', () => {
    const { group, charts } = place()
    const [first] = charts
    if (!first) throw new Error('there is one')
    const [out, closer] = [wheel(200), wheel(-280)]
    fire(first, 'wheel', out)
    expect([out.kept, group.zoom.value]).toEqual([true, null])
    fire(first, 'wheel', closer)
    expect([closer.kept, group.zoom.value]).toEqual([false, { min: 25, max: 75 }])
  })

  it('are walked through by the keyboard, and a step is opened by Enter', () => {
    const { group, charts, opened } = place()
    const [first] = charts
    if (!first) throw new Error('there is one')
    const press = (key: string): void => fire(first, 'keydown', { key, preventDefault: () => undefined })
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowRight', 'Enter']) press(key)
    expect(opened).toEqual([99])
    press('+')
    expect(group.zoom.value?.max).toBeLessThan(100.5)
    expect(group.zoom.value?.min).toBeCloseTo(99 / 2, 9)
  })

  it('show everything when what they are drawn over changes', async () => {
    const { group } = place()
    group.zoom.value = { min: 1, max: 2 }
    useCurveChoices().choose({ x: 'tokens' })
    await nextTick()
    expect(group.zoom.value).toBeNull()
    useCurveChoices().choose({ log_x: true })
    await nextTick()
    expect(group.whole.value).toEqual({ min: 1, max: 100 })
  })
})
