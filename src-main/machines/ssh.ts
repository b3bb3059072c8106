/**
 * The way to a machine through the system's own ssh, with the person's configuration, keys and known hosts: one call
 * starts Midbench's server there where it does not run, another forwards its socket to one in a private folder here.
 *
 * ssh is never asked for a password (BatchMode). Its own words are kept, and said with what to do about them. Its stdin
 * is a pipe of ours, and `cat` reads it on the other side: so it ends with this process, however that ends.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex, Readable, Writable } from 'node:stream'
import { setTimeout as pass } from 'node:timers/promises'

import type { Machine as Target } from '../contract/contract'
import { MidbenchError, type Failure } from '../errors'
import { codeOf } from '../system-error'
import type { Way, WayCall } from './machine'
import { served } from './protocol.schema'
import { sshFailure } from './ssh-failure'

const OPTIONS = [
  ...['-T', '-x', '-a'],
  ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'],
  ...['-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=3'],
]
const FORWARDING = ['-o', 'ExitOnForwardFailure=yes', '-o', 'StreamLocalBindUnlink=yes']
const LOOK_MS = 50
/** Of what ssh says, the last part is kept. */
const MOST_WORDS = 4000

export class SshWay implements Way {
  /** The socket on the other machine; null while it is not known. */
  private remote: string | null = null
  private tunnel: SshCall | null = null
  private readonly folder = mkdtempSync(join(tmpdir(), 'midbench-ssh-'))

  /** @param program the system's ssh */
  constructor(
    private readonly target: Target,
    private readonly program = 'ssh',
  ) {}

  async open(call: WayCall): Promise<Duplex> {
    this.remote ??= await this.startServer(call)
    this.tunnel?.end()
    const local = join(this.folder, 'window.sock')
    rmSync(local, { force: true })
    const args = [...OPTIONS, ...FORWARDING, '-L', `${local}:${this.remote}`, '--', this.target.host]
    this.tunnel = new SshCall(this.program, [...args, 'exec cat >/dev/null'])
    tell(call, `connecting to ${this.target.host}`)
    return this.through(this.tunnel, local, call.signal)
  }

  forget(): void {
    this.remote = null
  }

  fault(): Failure | null {
    const { host, folder } = this.target
    const words = this.tunnel?.words ?? ''
    return words === '' ? null : sshFailure(host, folder, words, this.tunnel?.code ?? null)
  }

  close(): void {
    this.tunnel?.end()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Waits until ssh has made the local socket. */
  private async through(tunnel: SshCall, local: string, signal: AbortSignal): Promise<Socket> {
    for (;;) {
      if (signal.aborted) tunnel.end()
      signal.throwIfAborted()
      if (tunnel.isOver) throw this.failed(tunnel)
      const socket = await connected(local)
      if (socket !== null) return socket
      await pass(LOOK_MS)
    }
  }

  /** @returns the path of its socket */
  private async startServer(call: WayCall): Promise<string> {
    const { host, folder } = this.target
    tell(call, `starting Midbench on ${host}`)
    const ssh = new SshCall(this.program, [...OPTIONS, '--', host, startCommand(folder)], (line) =>
      tell(call, line),
    )
    const abort = (): void => ssh.end()
    call.signal.addEventListener('abort', abort, { once: true })
    await ssh.over
    call.signal.removeEventListener('abort', abort)
    call.signal.throwIfAborted()
    const found = ssh.output.map((line) => parsed(line)).findLast((line) => line !== null)
    if (!found) throw this.failed(ssh)
    return found.socket
  }

  private failed(ssh: SshCall): MidbenchError {
    const { host, folder } = this.target
    return new MidbenchError(sshFailure(host, folder, ssh.words, ssh.code))
  }
}

/** A running ssh, and what it says. */
class SshCall {
  readonly output: string[] = []
  words = ''
  /** Its exit code; null while it runs, and where a signal ended it. */
  code: number | null = null
  isOver = false
  /** Resolves when it has ended. */
  readonly over: Promise<void>
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  private readonly endWithUs = (): void => void this.child.kill()

  /** @param heard called with each line of stderr */
  constructor(program: string, args: readonly string[], heard: (line: string) => void = () => undefined) {
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.child.stdin.on('error', () => undefined) // it has ended
    let text = ''
    this.child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.words = (this.words + chunk.toString()).slice(-MOST_WORDS)
      const line = this.words.trim().split('\n').at(-1)?.trim()
      if (line) heard(line)
    })
    this.over = new Promise((resolve) => {
      const end = (): void => {
        this.output.push(...text.split('\n'))
        this.isOver = true
        process.off('exit', this.endWithUs)
        resolve()
      }
      this.child.once('error', (error) => {
        this.words = codeOf(error) === 'ENOENT' ? `${program}: command not found here` : error.message
        end()
      })
      this.child.once('close', (code) => {
        this.code = code
        end()
      })
    })
    process.on('exit', this.endWithUs)
  }

  end(): void {
    this.child.kill()
  }
}

/** A socket that is connected; null where nobody listens yet. */
function connected(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(null))
  })
}

/**
 * What starts the server there: in a login shell, so that PATH is what a person has in a terminal; a container may name
 * none. It starts in the home folder, from which a relative path leads.
 */
function startCommand(folder: string): string {
  const at = folder === '~' ? '.' : folder.replace(/^~\//, '')
  const start = `cd ${quoted(at)} && exec node scripts/launch.mjs midbench serve --detach --json`
  return `exec "\${SHELL:-/bin/sh}" -lc ${quoted(start)}`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function parsed(line: string): { socket: string } | null {
  try {
    return served.parse(JSON.parse(line))
  } catch {
    return null // a shell's greeting
  }
}

function tell({ onProgress }: WayCall, what: string): void {
  onProgress({ what, done: 0, total: null, unit: 'parts' })
}
