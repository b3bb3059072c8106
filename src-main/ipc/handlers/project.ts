/** The open project: opening, editing, saving, checking. */
import { join } from 'node:path'

import type { Dialogs } from '../../app/dialogs'
import type { ProjectStore } from '../../app/project'
import type { CallInput, CallOutput } from '../contract'
import type { Handlers } from '../serve'

type ProjectCalls = Extract<keyof Handlers, `project.${string}`>

export interface ProjectServices {
  project: ProjectStore
  dialogs: Pick<Dialogs, 'openConfig' | 'saveConfig' | 'pick'>
  /** The preflight: what is wrong with a config, what follows from it. */
  check: (input: CallInput<'project.check'>) => Promise<CallOutput<'project.check'>>
  /** Where a project that has no place of its own is first offered one. */
  documents: string
}

export function projectHandlers(services: ProjectServices): Pick<Handlers, ProjectCalls> {
  const { project, dialogs } = services
  return {
    'project.current': () => project.current,
    'project.starter': () => project.openStarter(),
    'project.open': async ({ path }) => {
      const chosen = path ?? (await dialogs.openConfig())
      return chosen === null ? null : project.open(chosen)
    },
    'project.edit': ({ config }) => project.edit(config),
    'project.save': async ({ as }) => {
      const { path, read_only: readOnly } = project.current
      if (as !== true && !readOnly && path !== null) return project.save()
      const suggestion = readOnly || path === null ? join(services.documents, 'midtraining.json') : path
      const chosen = await dialogs.saveConfig(suggestion)
      return chosen === null ? null : project.saveAs(chosen)
    },
    'project.pickFile': ({ kind }) => dialogs.pick(kind),
    'project.check': (input) => services.check(input),
  }
}
