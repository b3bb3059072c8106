/**
 * A real sshd for one test, on a port of the loopback interface, with keys that it makes itself, and the system's ssh with
 * a configuration that knows it. Needs no root. Where there is no sshd (Debian's openssh-server), tests are skipped.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, vi } from 'vitest'

import { keptFolder } from './temporary-folder'

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find((path) => existsSync(path))

/** Why no test over ssh can be made here; empty where they can. */
export const NO_SSHD = lack()

function lack(): string {
  if (SSHD === undefined) return 'there is no sshd here (openssh-server)'
  try {
    execFileSync('ssh', ['-V'], { stdio: 'ignore' })
    execFileSync(userInfo().shell ?? 'sh', ['-lc', 'node --version'], { stdio: 'ignore' })
    return ''
  } catch {
    return 'there is no ssh here, or no node in a login shell'
  }
}

export interface Sshd {
  /** The name that {@link ssh} knows it by. */
  host: string
  /** A program to be used as ssh. */
  ssh: string
  /** The folder that holds a program called `ssh`, to be put into PATH. */
  path: string
  /** Known to ssh as well: `stranger` by a key that is not its own, `keyless` without a key that it takes. */
  others: { stranger: string; keyless: string }
  pid: number
}

/** @param home where Midbench on the other side keeps its data */
export async function startSshd(home: string): Promise<Sshd> {
  const folder = keptFolder()
  for (const name of ['host', 'user', 'other']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  }
  const port = await freePort()
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 }) // what it wants of root
  const child = spawn(SSHD ?? '', ['-D', '-e', '-f', sshdConfig(folder, port, home)], { stdio: 'ignore' })
  afterAll(() => void child.kill())
  await vi.waitUntil(() => answers(port), { timeout: 10_000, interval: 50 })
  const path = join(folder, 'bin')
  mkdirSync(path)
  const ssh = join(path, 'ssh')
  const system = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim()
  writeFileSync(ssh, `#!/bin/sh\nexec ${system} -F ${clientConfig(folder, port)} "$@"\n`, { mode: 0o755 })
  const others = { stranger: 'stranger', keyless: 'keyless' }
  return { host: 'midbench-test', ssh, path, others, pid: child.pid ?? 0 }
}

function sshdConfig(folder: string, port: number, home: string): string {
  const file = join(folder, 'sshd_config')
  const lines = [
    `Port ${String(port)}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'user.pub')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    `SetEnv MIDBENCH_HOME=${home}`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

function clientConfig(folder: string, port: number): string {
  const file = join(folder, 'ssh_config')
  const key = (name: string): string => readFileSync(join(folder, `${name}.pub`), 'utf8')
  const known = (name: string, of: string): string => {
    writeFileSync(join(folder, name), `[127.0.0.1]:${String(port)} ${key(of)}`)
    return join(folder, name)
  }
  const host = (name: string, knownHosts: string, identity: string): string[] => [
    `Host ${name}`,
    '  HostName 127.0.0.1',
    `  Port ${String(port)}`,
    `  User ${userInfo().username}`,
    `  IdentityFile ${join(folder, identity)}`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    '  StrictHostKeyChecking yes',
    `  UserKnownHostsFile ${knownHosts}`,
    '  GlobalKnownHostsFile none',
  ]
  const lines = [
    ...host('midbench-test', known('known', 'host'), 'user'),
    ...host('stranger', known('wrong', 'other'), 'user'),
    ...host('keyless', known('known', 'host'), 'other'),
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
