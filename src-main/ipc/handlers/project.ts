/** The open project: opening, editing, saving, checking. */
import { join } from 'node:path'

import type { RunConfig } from '../../config/config.schema'
import type { BranchOff } from '../../runs/branch-off.schema'
import { branchOptions, openFork } from '../../runs/fork'
import type { RunManager } from '../../runs/run-manager'
import type { DataAccess } from '../../services/data-access'
import type { GrantedPaths } from '../../services/granted-paths'
import type { ProjectStore } from '../../services/project'
import type { PathDialogs } from '../../services/shell'
import type { CallInput, CallOutput, Project } from '../../contract/contract'
import type { Handlers } from '../serve'

type ProjectCalls = Extract<keyof Handlers, `project.${string}`>

export interface ProjectServices {
  project: ProjectStore
  granted: GrantedPaths
  dialogs: Pick<PathDialogs, 'openConfig' | 'saveConfig' | 'pick'>
  /** The preflight: what is wrong with a config, what follows from it. */
  check: (input: CallInput<'project.check'>) => Promise<CallOutput<'project.check'>>
  /** The run of an id. */
  runs: Pick<RunManager, 'get'>
  /** The nanochat folder of a config. */
  data: Pick<DataAccess, 'folder'>
  /** The folder first offered for a project that has no place of its own. */
  documents: string
}

export function projectHandlers(services: ProjectServices): Pick<Handlers, ProjectCalls> {
  const { project, dialogs, documents } = services
  return {
    ...openingHandlers(services),
    ...shelfHandlers(services),
    'project.current': () => project.reread(),
    'project.offer': async () => {
      if (!project.isFirstStart) return null
      const folder = await services.data.folder({ base_dir: null }, documents)
      const isNanochat = folder.exists && (folder.tokenizer || folder.bases.length > 0)
      return isNanochat || folder.origin === 'environment' ? folder : null
    },
    'project.declineOffer': async () => {
      await project.begin()
      return {}
    },
    'project.branchAt': ({ branch }) => project.branchAt(branch),
    'project.edit': ({ config, id }) => project.edit(config, id),
    'project.save': async ({ as }) => {
      const { name, path, read_only: readOnly } = project.current
      if (as !== true && !readOnly && path !== null) return project.save()
      const suggestion = path === null ? join(documents, `${fileNameOf(name)}.json`) : path
      const offered = readOnly ? join(documents, 'midtraining.json') : suggestion
      const chosen = await dialogs.saveConfig(offered)
      return chosen === null ? null : project.saveAs(chosen)
    },
    'project.pickFile': ({ kind }) => dialogs.pick(kind),
    'project.check': (input) => services.check(input),
  }
}

type Opening = 'starter' | 'show' | 'create' | 'duplicate' | 'branch' | 'revert' | 'open'

/** What another project is opened by. The files that the opened one names may be read from then on. */
function openingHandlers(services: ProjectServices): Pick<Handlers, `project.${Opening}`> {
  const { project, granted, dialogs, documents, runs } = services
  const opening = async (opens: Promise<Project>): Promise<Project> => {
    const opened = await opens
    granted.grantProject(opened)
    return opened
  }
  return {
    'project.starter': ({ recipe }) => opening(project.openStarter(recipe)),
    'project.show': ({ id }) => opening(project.show(id)),
    'project.create': ({ name, config }) => opening(project.create(name, documents, config)),
    'project.duplicate': ({ runId }) => {
      const { name, config, dir } = runs.get(runId)
      return opening(project.copy(name, config, dir))
    },
    'project.branch': ({ runId, step, without = [] }) =>
      opening(branched(services, { runId, step }, without)),
    'project.revert': () => opening(project.revert()),
    'project.open': async ({ path }) => {
      if (path !== undefined) granted.require(path)
      const chosen = path ?? (await dialogs.openConfig())
      return chosen === null ? null : opening(project.open(chosen))
    },
  }
}

/** Opens a run's options, as they were at that step, as a project that branches off there. */
async function branched(
  { project, runs }: ProjectServices,
  branch: BranchOff,
  without: RunConfig['exclude'],
): Promise<Project> {
  const run = runs.get(branch.runId)
  const config = branchOptions(await openFork(run, branch.step))
  const exclude = [...config.exclude, ...without]
  const name = `branch of ${run.name}` // without the step, which may still be changed
  return project.branch(name, { ...config, exclude }, run.dir, branch)
}

type Shelf = 'list' | 'keepCopy' | 'throwAway' | 'putBack'

/** The projects that are not open. */
function shelfHandlers({ project }: ProjectServices): Pick<Handlers, `project.${Shelf}`> {
  return {
    'project.list': () => project.list(),
    'project.keepCopy': async ({ name }) => {
      await project.keepCopy(name)
      return {}
    },
    'project.throwAway': async ({ id }) => {
      await project.throwAway(id)
      return {}
    },
    'project.putBack': async ({ id }) => {
      await project.putBack(id)
      return {}
    },
  }
}

/** A name without what a file's name may not hold. */
function fileNameOf(name: string): string {
  return (
    name
      .replace(/[\\/:*?"<>|\u0000-\u001f]+/g, '-')
      .replace(/^\.+/, '')
      .slice(0, 80) || 'midtraining'
  )
}
