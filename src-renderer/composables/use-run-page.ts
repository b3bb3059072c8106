/** A run's page as a file. Its packing is planned first, which may take a while and can be cancelled. */
import { call, toCallError } from '../api/client'
import type { PlanView, RunDetail } from '../api/types'
import { drawingColours } from '../charts/drawing-colours'
import { runPage } from '../runs/run-page'
import { colourReader, inLight } from '../theme/palette'
import { useCurveChoices } from './use-curve-choices'
import { useJob, type UseJobReturn } from './use-job'
import type { RunRecordState } from './use-run-record'
import { seriesOf } from './use-run-series'

export interface UseRunPageReturn extends Pick<UseJobReturn, 'running' | 'progress' | 'cancel'> {
  /** The page, as HTML; null where it was cancelled. */
  make: (record: RunRecordState & { detail: RunDetail }) => Promise<string | null>
}

export function useRunPage(): UseRunPageReturn {
  const { running, progress, run, cancel } = useJob()
  const { choices } = useCurveChoices()

  async function planOf(runId: string): Promise<PlanView | string | undefined> {
    try {
      return await run((job) => call('packing.plan', { runId, split: 'train', job }))
    } catch (error) {
      return `Not known here: ${toCallError(error).message}`
    }
  }

  return {
    running,
    progress,
    cancel,
    make: async (record) => {
      const plan = await planOf(record.detail.id)
      if (plan === undefined) return null
      const app = await call('app.info', {})
      const { smoothing } = choices.value
      const facts = {
        record,
        series: seriesOf(record),
        smoothing,
        colours: inLight((element) => drawingColours(colourReader(element))),
        plan,
        app,
        now: Date.now(),
      }
      return runPage(facts)
    },
  }
}
