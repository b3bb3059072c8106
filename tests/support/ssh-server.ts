/**
 * An SSH server on loopback that lets one key in, runs commands as a login does, and forwards Unix sockets: what a window
 * on another machine needs of a machine. It stands where sshd does, which few machines have that run tests; the ssh that
 * talks to it is the system's own.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel } from 'ssh2'

export interface SshServerOptions {
  /** Its private key. */
  hostKey: string
  /** The public key that it takes. */
  allowed: string
  /** Variables of what it runs. */
  environment: NodeJS.ProcessEnv
  /** A folder for its login shell. */
  folder: string
}

/** @returns its port, and what ends it */
export async function startSshServer(options: SshServerOptions): Promise<{ port: number; close(): void }> {
  const allowed = ssh2.utils.parseKey(options.allowed)
  if (allowed instanceof Error) throw allowed
  const environment = { ...loginEnvironment(options.folder), ...options.environment }
  const clients = new Set<Connection>()
  const server = new ssh2.Server({ hostKeys: [options.hostKey] }, (client) => {
    clients.add(client)
    client
      .on('authentication', (context) => authenticate(context, allowed))
      .on('session', (accept) => {
        accept().on('exec', (acceptExec, _, { command }) => run(command, acceptExec(), environment))
      })
      .on('openssh.streamlocal', (accept, reject, { socketPath }) => forward(socketPath, accept, reject))
      .on('error', () => undefined) // a client that was killed
      .on('close', () => clients.delete(client))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = (): void => {
    server.close()
    for (const client of clients) client.end()
  }
  return { port: (server.address() as AddressInfo).port, close }
}

function authenticate(context: AuthContext, allowed: ParsedKey): void {
  const isAllowed =
    context.method === 'publickey' &&
    context.username === userInfo().username &&
    allowed.getPublicSSH().equals(context.key.data) &&
    // The client first asks whether the key would do, and then signs.
    (context.signature === undefined ||
      allowed.verify(context.blob ?? '', context.signature, context.hashAlgo))
  if (isAllowed) context.accept()
  else context.reject(['publickey'])
}

function run(command: string, channel: ServerChannel, env: NodeJS.ProcessEnv): void {
  const child = spawn('/bin/sh', ['-c', command], { env, cwd: env['HOME'] })
  channel.pipe(child.stdin).on('error', () => undefined) // it reads no more
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.on('close', (code) => {
    channel.exit(code ?? 255)
    channel.end()
  })
}

function forward(path: string, accept: () => ServerChannel, reject: () => void): void {
  const socket = connect(path)
  socket.once('error', reject)
  socket.once('connect', () => {
    socket.off('error', reject).on('error', () => socket.destroy())
    const channel = accept()
    channel.pipe(socket).pipe(channel)
    channel.on('close', () => socket.destroy())
  })
}

/** What a login gives, with a shell whose profile puts this Node on its PATH, wherever it lies. */
function loginEnvironment(folder: string): NodeJS.ProcessEnv {
  const { username, homedir } = userInfo()
  const shell = join(folder, 'login-shell')
  writeFileSync(
    shell,
    `#!/bin/sh\nPATH='${dirname(process.execPath)}':"$PATH"; export PATH\nshift\nexec /bin/sh -c "$1"\n`,
  )
  chmodSync(shell, 0o755)
  return {
    HOME: process.env['HOME'] ?? homedir,
    USER: username,
    SHELL: shell,
    PATH: '/usr/local/bin:/usr/bin:/bin',
  }
}
