/** What ssh says when it fails, in its own words, with what to do about it. */
import type { Failure } from '../errors'

type Remedy = (host: string, folder: string) => string

/** The first whose words are found holds. */
const REMEDIES: readonly [RegExp, Remedy][] = [
  [/command not found here/, () => "Install the system's ssh: the package openssh-client."],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    (host) =>
      `The machine has another key than it had. Find out why; then take the one before out: ssh-keygen -R ${host}`,
  ],
  [
    /Host key verification failed|No .* host key is known/,
    (host) => `Connect once in a terminal (ssh ${host}) and compare the key that it shows.`,
  ],
  [
    /Permission denied|Too many authentication failures/,
    (host) =>
      `Midbench gives ssh no password: \`ssh ${host}\` must succeed in a terminal without asking. Give the machine your ` +
      'key (ssh-copy-id), or have an agent hold it.',
  ],
  [
    /Could not resolve hostname/,
    () => 'Check the name: one that the network knows, or one of ~/.ssh/config.',
  ],
  [
    /Connection refused|timed out|No route to host|Network is unreachable/i,
    (host) => `See whether ${host} is on, and whether it can be reached from here.`,
  ],
  [
    /administratively prohibited|open failed/,
    (host) => `The sshd of ${host} must allow forwarding to sockets: AllowStreamLocalForwarding yes.`,
  ],
  [
    /(cd:.*(No such file|not found|can't cd))|Cannot find module/,
    (host, folder) => `Give the folder of Midbench's checkout on ${host}; it is not ${folder}.`,
  ],
  [
    /node: (command )?not found|node: No such file|Unknown command: node/,
    (host) => `Node must be in the PATH of a login shell on ${host}: see its ~/.profile.`,
  ],
]

/** @param words what ssh, or the command it ran there, wrote to stderr */
export function sshFailure(host: string, folder: string, words: string, code: number | null): Failure {
  const said = words
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^@+$/.test(line))
    .join('\n')
  const remedy = REMEDIES.find(([pattern]) => pattern.test(words))?.[1]
  const ending = code === null ? 'ssh was ended by a signal' : `ssh ended with ${String(code)}`
  return {
    code: 'machine.ssh',
    message: said === '' ? `There is no way to ${host}: ${ending} and said nothing.` : `${host}: ${said}`,
    remedy: remedy?.(host, folder) ?? `Try it in a terminal: ssh ${host}`,
  }
}
