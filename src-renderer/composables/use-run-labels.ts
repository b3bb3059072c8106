/** What a person calls a run and says of it: name, note, tags, star. */
import { call } from '../api/client'
import type { RunSummary } from '../api/types'
import { useNotices } from './use-notices'

export type RunLabels = Pick<RunSummary, 'name' | 'note' | 'tags' | 'starred'>

export interface UseRunLabelsReturn {
  /** Changes labels of a run. @returns whether that worked; if not, a notice says why */
  label: (runId: string, labels: Partial<RunLabels>) => Promise<boolean>
}

export function useRunLabels(): UseRunLabelsReturn {
  const { attempt } = useNotices()
  return {
    async label(runId, labels) {
      return Boolean(await attempt('The run was not changed', () => call('runs.label', { runId, labels })))
    },
  }
}
