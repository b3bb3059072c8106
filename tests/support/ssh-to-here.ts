/**
 * The system's ssh with a configuration of its own, which knows a server on loopback for one test, with keys that are made
 * for it. Needs no root. Where there is no ssh (Debian's openssh-client), tests are skipped.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'

import { startSshServer } from './ssh-server'
import { keptFolder } from './temporary-folder'

/** Why no test over ssh can be made here; empty where they can. */
export const NO_SSH = lack()

function lack(): string {
  try {
    execFileSync('ssh', ['-V'], { stdio: 'ignore' })
    return ''
  } catch {
    return 'there is no ssh here (openssh-client)'
  }
}

export interface SshToHere {
  /** The name that {@link ssh} knows the server by. */
  host: string
  /** A program to be used as ssh. */
  ssh: string
  /** The folder that holds a program called `ssh`, to be put into PATH. */
  path: string
  /** Known to ssh as well: `stranger` by a key that is not its own, `keyless` without a key that it takes. */
  others: { stranger: string; keyless: string }
  /** Ends the server. */
  close: () => void
}

/** @param home where Midbench on the other side keeps its data */
export async function sshToHere(home: string): Promise<SshToHere> {
  const folder = keptFolder()
  for (const name of ['host', 'user', 'other']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  }
  const server = await startSshServer({
    hostKey: readFileSync(join(folder, 'host'), 'utf8'),
    allowed: readFileSync(join(folder, 'user.pub'), 'utf8'),
    environment: { MIDBENCH_HOME: home },
    folder,
  })
  const path = join(folder, 'bin')
  mkdirSync(path)
  const ssh = join(path, 'ssh')
  const system = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim()
  writeFileSync(ssh, `#!/bin/sh\nexec ${system} -F ${clientConfig(folder, server.port)} "$@"\n`, {
    mode: 0o755,
  })
  const others = { stranger: 'stranger', keyless: 'keyless' }
  return { host: 'midbench-test', ssh, path, others, close: () => server.close() }
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
