/** Which processes a process started. Linux only. */
import { readdirSync, readFileSync } from 'node:fs'

/** In the order in which they were started. */
export function children(pid: number): number[] {
  const all = tasks(pid).flatMap((task) => {
    try {
      const text = readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
      return text.trim().split(' ').map(Number)
    } catch {
      return [] // ended meanwhile
    }
  })
  return all.filter((child) => child > 0).sort((a, b) => a - b)
}

/** The processes that a process started, and those that they started. */
export function descendants(pid: number): number[] {
  const own = children(pid)
  return [...own, ...own.flatMap(descendants)]
}

function tasks(pid: number): string[] {
  try {
    return readdirSync(`/proc/${String(pid)}/task`)
  } catch {
    return [] // ended meanwhile
  }
}
