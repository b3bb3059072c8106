/** The open project: opening, editing, saving, checking. */
import { join } from 'node:path'

import type { GrantedPaths } from '../../services/granted-paths'
import type { ProjectStore } from '../../services/project'
import type { PathDialogs } from '../../services/shell'
import type { CallInput, CallOutput } from '../../contract/contract'
import type { Handlers } from '../serve'

type ProjectCalls = Extract<keyof Handlers, `project.${string}`>

export interface ProjectServices {
  project: ProjectStore
  granted: GrantedPaths
  dialogs: Pick<PathDialogs, 'openConfig' | 'saveConfig' | 'pick'>
  /** The preflight: what is wrong with a config, what follows from it. */
  check: (input: CallInput<'project.check'>) => Promise<CallOutput<'project.check'>>
  /** The folder first offered for a project that has no place of its own. */
  documents: string
}

export function projectHandlers(services: ProjectServices): Pick<Handlers, ProjectCalls> {
  const { project, granted, dialogs } = services
  return {
    'project.current': () => project.reread(),
    'project.starter': async ({ recipe }) => {
      const opened = await project.openStarter(recipe)
      granted.grantProject(opened)
      return opened
    },
    'project.open': async ({ path }) => {
      if (path !== undefined) granted.require(path)
      const chosen = path ?? (await dialogs.openConfig())
      if (chosen === null) return null
      const opened = await project.open(chosen)
      granted.grantProject(opened)
      return opened
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
