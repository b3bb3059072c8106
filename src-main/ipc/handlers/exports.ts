/** Files that a person takes out of the window: they say where, and the file is there whole or not at all. */
import { exportedRun, metricsFill } from '../../runs/metrics-export'
import type { RunManager } from '../../runs/run-manager'
import { exportFile } from '../../services/export-file'
import type { ModelExport } from '../../services/model-export'
import type { Jobs } from '../../services/jobs'
import type { PathDialogs } from '../../services/shell'
import type { Handlers } from '../serve'

type ExportCalls = Extract<keyof Handlers, `exports.${string}`>

export function exportHandlers(
  runs: Pick<RunManager, 'watch' | 'list'>,
  jobs: Jobs,
  dialogs: Pick<PathDialogs, 'saveExport' | 'saveFolder'>,
  models: Pick<ModelExport, 'write'>,
): Pick<Handlers, ExportCalls> {
  return {
    'exports.save': async ({ kind, name, content }) => {
      const chosen = await dialogs.saveExport(kind, name)
      return chosen === null ? null : exportFile(chosen, kind, content)
    },
    'exports.metrics': async ({ runIds, format, name, job }) => {
      const chosen = await dialogs.saveExport(format, name)
      if (chosen === null) return null
      return jobs.run(job, async ({ signal, onProgress }) => {
        const exported = []
        for (const id of runIds) {
          onProgress({ what: 'Reading runs', done: exported.length, total: runIds.length, unit: 'runs' })
          exported.push(await exportedRun(runs, id))
        }
        return exportFile(chosen, format, metricsFill(exported, format, signal))
      })
    },
    'exports.model': async ({ name, job, ...asked }) => {
      const chosen = await dialogs.saveFolder(name)
      return chosen === null ? null : jobs.run(job, (context) => models.write(asked, chosen, context))
    },
  }
}
