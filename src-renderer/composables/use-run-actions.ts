/** What can be done with a run outside its own page: opening what it wrote, going on from its options. */
import { pathInLog, REPORT_LINE, RESULT_LINE } from '../../src-main/contract/contract'
import type { CallInput } from '../../src-main/contract/contract'
import { call } from '../api/client'
import type { LogLine } from '../api/types'
import type { Exclude } from '../mixture/exclude'
import { useNavigation } from './use-navigation'
import { useNotices } from './use-notices'
import { useProject } from './use-project'
import { useTalkModels } from './use-talk-models'

type Place = CallInput<'runs.open'>['what']

export interface Opening {
  what: Place
  title: string
  about: string
}

/** What a run has written that can be opened. @param log its log, which names result and report */
export function openingsOf(dir: string, log: readonly LogLine[]): Opening[] {
  const result = pathInLog(log, RESULT_LINE)
  const report = pathInLog(log, REPORT_LINE)
  return [
    ...(result === null ? [] : [{ what: 'result' as const, title: 'Result', about: result }]),
    ...(report === null ? [] : [{ what: 'report' as const, title: 'Report', about: report }]),
    { what: 'log', title: 'Log', about: 'log.txt, with every line' },
    { what: 'folder', title: "Run's folder", about: dir },
  ]
}

export interface UseRunActionsReturn {
  open: (runId: string, what: Place) => Promise<void>
  /** Makes a new project of a run's options, and shows it. */
  duplicate: (runId: string) => Promise<void>
  /** Makes a new project that goes on from a checkpoint of a run, and shows it. @param without to exclude besides */
  branch: (runId: string, step: number, without?: Exclude) => Promise<void>
  /** Shows Talk, where the run's last save alone is asked. */
  talkTo: (runId: string) => void
}

export function useRunActions(): UseRunActionsReturn {
  const { attempt } = useNotices()
  const { duplicate, branch } = useProject()
  const { go } = useNavigation()
  const { chosen } = useTalkModels()
  return {
    async open(runId, what) {
      await attempt(`The ${what} was not opened`, () => call('runs.open', { runId, what }))
    },
    async duplicate(runId) {
      if (await duplicate(runId)) go('train')
    },
    async branch(runId, step, without = []) {
      if (await branch({ runId, step, without: [...without] })) go('train')
    },
    talkTo(runId) {
      chosen.value = [{ of: 'run', runId }]
      go('talk')
    },
  }
}
