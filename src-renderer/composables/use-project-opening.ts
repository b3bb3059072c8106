/** Opens other projects in place of the one that is open, says so, and can be taken back: nothing is lost by it. */
import type { Ref } from 'vue'
import { call } from '../api/client'
import type { CallInput } from '../../src-main/contract/contract'
import type { GivenConfig, Project } from '../api/types'
import { useNotices } from './use-notices'
import type { UseProjectTrailReturn } from './use-project-trail'

type Ask = (title: string, question: () => Promise<Project | null>) => Promise<boolean>
/** Resolves to whether a project was opened; where it was not, a notice says why, unless a person called it off. */
type Opens<Of extends unknown[]> = (...of: Of) => Promise<boolean>

export interface UseProjectOpeningReturn {
  /** Opens a file; without a path, asks for one. */
  open: Opens<[path?: string]>
  /** Opens an unsaved project, or one that was open before. */
  show: Opens<[id: string]>
  starter: Opens<[recipe?: Project['config']['recipe']]>
  create: Opens<[name?: string, given?: GivenConfig]>
  /** Opens a copy of a run's options as a new project. */
  duplicate: Opens<[runId: string]>
  /** Opens a run's options at one of its checkpoints as a new project, which branches off there. */
  branch: Opens<[request: CallInput<'project.branch'>]>
  /** Has the open project's run begin at another checkpoint; null = with the base checkpoint. */
  branchAt: Opens<[branch: Project['branch']]>
  /** Opens the project that was open before, or the one gone back from. */
  go: (way: 'back' | 'on') => Promise<void>
}

/** @param ask sends what is edited, asks, and takes the project that is answered */
export function useProjectOpening(
  project: Readonly<Ref<Project | null>>,
  trail: UseProjectTrailReturn,
  ask: Ask,
): UseProjectOpeningReturn {
  const { tell } = useNotices()

  async function opened(title: string, question: () => Promise<Project | null>): Promise<boolean> {
    const before = project.value
    if (!(await ask(title, question))) return false
    const { id, name, path, modified } = project.value ?? {}
    if (!before || before.id === id) return true
    const how = path && modified ? ', with its unsaved edits' : ''
    const kept = before.modified ? `; ${before.name} is kept, unsaved` : ''
    tell(`${name ?? ''} is open${how}${kept}`, { label: 'Undo', run: () => void go('back') })
    return true
  }

  async function go(way: 'back' | 'on'): Promise<void> {
    await trail.go(way, project.value?.id ?? '', (id) =>
      ask('The project was not opened', () => call('project.show', { id })),
    )
  }

  return {
    open: (path) => opened('The project was not opened', () => call('project.open', path ? { path } : {})),
    show: (id) => opened('The project was not opened', () => call('project.show', { id })),
    starter: (recipe = 'mid') =>
      opened('The starter project was not opened', () => call('project.starter', { recipe })),
    create: (name = 'Untitled', given = {}) =>
      opened('No project was made', () => call('project.create', { name, config: given })),
    duplicate: (runId) => opened('The run was not duplicated', () => call('project.duplicate', { runId })),
    branch: (request) => opened('The run was not branched off', () => call('project.branch', request)),
    branchAt: (branch) => ask('The branch was not changed', () => call('project.branchAt', { branch })),
    go,
  }
}
