/** What a process and all that it started can be reached at from another machine. Linux only. */
import { readdirSync, readFileSync } from 'node:fs'

import { isLoopback, listeningOf } from './listening'

/** Listening sockets beyond loopback. */
export function openSockets(pid: number): ReturnType<typeof listeningOf> {
  return [pid, ...descendants(pid)].flatMap((each) => {
    try {
      return listeningOf(each).filter(({ address }) => !isLoopback(address))
    } catch {
      return [] // ended meanwhile
    }
  })
}

/** The processes that a process started, and those that they started. */
export function descendants(pid: number): number[] {
  const own = tasks(pid).flatMap((task) => {
    try {
      return readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
        .trim()
        .split(' ')
        .map(Number)
    } catch {
      return [] // ended meanwhile
    }
  })
  const children = own.filter((child) => child > 0)
  return [...children, ...children.flatMap(descendants)]
}

function tasks(pid: number): string[] {
  try {
    return readdirSync(`/proc/${String(pid)}/task`)
  } catch {
    return [] // ended meanwhile
  }
}
