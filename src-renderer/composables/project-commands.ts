/** The palette's commands about projects: the open one, and others to open. */
import { command, type Command } from '../palette/match'
import type { useProject } from './use-project'
import type { useProjects } from './use-projects'

export function projectCommands(
  project: ReturnType<typeof useProject>,
  { others, menuOpen }: ReturnType<typeof useProjects>,
): Command[] {
  const { unsaved, recent } = others.value
  const opens =
    (group: string) =>
    ({ id, name }: { id: string; name: string }): Command =>
      command(`project ${id}`, name, group, () => void project.show(id))
  return [
    command('new', 'New project', 'project', () => void project.create(), 'Ctrl N'),
    command('open', 'Open a project', 'project', () => void project.open(), 'Ctrl O'),
    command('save', 'Save the project', 'project', () => void project.save(), 'Ctrl S'),
    command('saveAs', 'Save the project as', 'project', () => void project.save(true), 'Ctrl Shift S'),
    command('projects', 'Unsaved and recent projects', 'project', () => (menuOpen.value = true)),
    command('starter', 'Open the starter project', 'project', () => void project.starter()),
    command('starter-sft', 'Open the starter project for SFT', 'project', () => void project.starter('sft')),
    command('undo', 'Undo', 'project', project.undo, 'Ctrl Z'),
    command('redo', 'Redo', 'project', project.redo, 'Ctrl Shift Z'),
    ...unsaved.map(opens('unsaved project')),
    ...recent.map(opens('recent project')),
  ]
}
