/**
 * A message channel to another thread or process, whatever carries it. Messages are structured clones, typed arrays
 * included; both ends are of the same build, so nothing is parsed on arrival.
 */
import type { MessagePort, Worker } from 'node:worker_threads'

import type { Failure } from '../errors'

export interface Channel {
  /** @param moved buffers to transfer in place of copying; for a process everything is copied */
  post(message: unknown, moved?: readonly ArrayBuffer[]): void
  /**
   * Called once, before anything is posted.
   *
   * @param onEnd called when the other side is gone, with the reason
   */
  listen(onMessage: (message: unknown) => void, onEnd: (how: Failure) => void): void
  /** Closes the channel; a thread or process that was started for it ends with it, whatever it is doing. */
  close(): Promise<void>
}

/** @param who names the other side in errors: `data thread` */
export function threadChannel(thread: Worker | MessagePort, who: string): Channel {
  let closed = false
  return {
    post(message, moved = []) {
      thread.postMessage(message, [...moved])
    },
    listen(onMessage, onEnd) {
      const end = (manner: string): void => {
        onEnd({ code: 'thread.ended', message: `The ${who} ${manner}.` })
      }
      thread.on('message', onMessage)
      thread.on('error', (error: Error) => {
        end(`failed: ${error.message}`)
      })
      thread.on('exit', (code: number) => {
        end(closed ? 'was ended' : `ended by itself with code ${String(code)}`)
      })
      thread.on('close', () => {
        end('has closed')
      })
    },
    async close() {
      closed = true
      if ('terminate' in thread) await thread.terminate()
      else thread.close()
    },
  }
}

/** The channel to the process that forked this one; null where none did. */
export function parentChannel(): Channel | null {
  if (process.send === undefined) return null
  const send = process.send.bind(process)
  return {
    post: (message) => void send(message),
    listen(onMessage, onEnd) {
      process.on('message', onMessage)
      process.on('disconnect', () => {
        onEnd({ code: 'process.ended', message: 'The process that started this one is gone.' })
      })
    },
    close() {
      process.disconnect()
      return Promise.resolve()
    },
  }
}
