/** The programs that can run a trainer process on this machine. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface TrainerProgram {
  /** Name for people: `Electron 33.2.1 as Node`. */
  name: string
  executable: string
}

/** This very program as Node; within Electron, also the Node that started it and the one on the PATH. */
export function trainerPrograms(): TrainerProgram[] {
  const { node, electron } = process.versions
  const own = { name: '', executable: process.execPath }
  if (!('electron' in process.versions)) return [{ ...own, name: `Node ${node}` }]
  const other = findNode()
  const programs = [{ ...own, name: `Electron ${electron} as Node` }]
  return other === null ? programs : [...programs, { name: 'Node', executable: other }]
}

function findNode(): string | null {
  const { npm_node_execpath: startedBy, PATH = '' } = process.env
  const places = PATH.split(delimiter).map((folder) => join(folder, 'node'))
  return [startedBy, ...places].find((path) => path !== undefined && isExecutable(path)) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
