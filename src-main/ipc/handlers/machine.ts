/** Which machine the window shows, and paths on one that has no dialogs of its own. */
import type { MachineChoice, PathAnswers } from '../../services/shell'
import type { Handlers } from '../serve'

type MachineCalls = Extract<keyof Handlers, `machine.${string}` | `paths.${string}`>

export function machineHandlers(machine: MachineChoice, paths: PathAnswers): Pick<Handlers, MachineCalls> {
  return {
    'machine.status': () => machine.status(),
    'machine.known': () => machine.known(),
    'machine.open': async (asked) => {
      await machine.open(asked)
      return {}
    },
    'machine.leave': () => {
      machine.leave()
      return {}
    },
    'machine.retry': () => {
      machine.retry()
      return {}
    },
    'paths.list': ({ folder }) => paths.list(folder),
    'paths.choose': ({ id, path }) => {
      paths.choose(id, path)
      return {}
    },
  }
}
