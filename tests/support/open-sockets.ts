/** What a process and all that it started can be reached at from another machine. Linux only. */
import { isLoopback, listeningOf } from './listening'
import { descendants } from './processes'

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
