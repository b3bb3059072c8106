/**
 * Where a server of this data folder is reached: a socket in a folder that nobody but its owner may enter. A data folder
 * has at most one server.
 */
import { chmod, mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'

import { MidbenchError } from '../errors'
import { dataDir } from '../native/paths'
import { ownFiles, type PersonFiles } from '../services/places'
import { codeOf } from '../system-error'
import { hello, type Hello } from './protocol.schema'
import { Wire } from './wire'

/** The kernel's limit on a socket's path, in bytes. */
const LONGEST_PATH = 107

export interface ServerPlace {
  folder: string
  socket: string
  /** What a server writes that runs without a terminal. */
  log: string
  /** Held while a server begins. */
  lock: string
  /** A server has a project, a queue and settings of its own: a window of that machine may have its own open. */
  person: PersonFiles
}

/** @throws MidbenchError `serve.path` where the data folder's path is too long for a socket */
export function serverPlace(data: string = dataDir()): ServerPlace {
  const folder = join(data, 'server')
  const socket = join(folder, 'window.sock')
  if (Buffer.byteLength(socket) > LONGEST_PATH) {
    throw new MidbenchError({
      code: 'serve.path',
      message: `${socket} is too long: the path of a socket has at most ${String(LONGEST_PATH)} bytes.`,
      remedy: 'Set MIDBENCH_HOME to a folder with a shorter path, or to a link to this one.',
    })
  }
  return {
    ...{ folder, socket, log: join(folder, 'serve.log'), lock: join(folder, 'lock') },
    person: ownFiles(data, folder),
  }
}

/** Makes the server's folder, which only its owner may enter. */
export async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
}

/** Who answers at a socket; null where nobody does. @throws MidbenchError `serve.stranger` where it is no Midbench */
export async function serverAt(socket: string): Promise<Hello | null> {
  const stream = connect(socket)
  const wire = new Wire(stream)
  try {
    await new Promise<void>((resolve, reject) => {
      stream.once('connect', resolve)
      stream.once('error', reject)
    })
    return hello.parse(JSON.parse(await wire.line()))
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED'].includes(codeOf(error))) return null
    if (error instanceof MidbenchError && error.code === 'machine.closed') return null // it is just ending
    const message = `What answers at ${socket} is no server of this Midbench.`
    const remedy = `End it, or remove ${socket}.`
    throw new MidbenchError({ code: 'serve.stranger', message, remedy }, { cause: error })
  } finally {
    wire.close()
  }
}
