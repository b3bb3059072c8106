/** A machine over the system's own ssh to a server on loopback: it is started, follows a break, and refusals are said. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'

import { Machine } from '../../src-main/machines/machine'
import { SshWay } from '../../src-main/machines/ssh'
import { projectDir } from '../../src-main/native/paths'
import type { MachineStatus } from '../../src-main/contract/contract'
import { runCommandLine } from '../support/command-line'
import { failureOf } from '../support/failure'
import { openSockets } from '../support/open-sockets'
import { descendants } from '../support/processes'
import { NO_SSH, sshToHere } from '../support/ssh-to-here'
import { keptFolder } from '../support/temporary-folder'

const call = { signal: new AbortController().signal, onProgress: () => undefined }

/** Our ssh that forward a socket. */
function tunnels(): number[] {
  return descendants(process.pid).filter((pid) => {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('ExitOnForwardFailure')
  })
}

if (NO_SSH !== '') process.stderr.write(`tests over ssh are skipped: ${NO_SSH}\n`)

describe.skipIf(NO_SSH !== '')('a machine over ssh', async () => {
  if (NO_SSH !== '') return
  const home = keptFolder()
  const { host, ssh, others, close } = await sshToHere(home)
  afterAll(close)

  function machineOn(name: string, folder = projectDir(), program = ssh) {
    const states: MachineStatus['state'][] = []
    const machine = new Machine({
      host: name,
      way: new SshWay({ host: name, folder }, program),
      event: () => undefined,
      changed: ({ state }) => states.push(state),
      restarted: () => undefined,
    })
    onTestFinished(() => machine.leave())
    return { machine, states }
  }

  it('is started where it does not run, answers, and comes back when its ssh is killed', async () => {
    onTestFinished(async () => void (await runCommandLine(home, ['serve', '--stop'])))
    const { machine, states } = machineOn(host)
    const said: string[] = []
    await machine.connect({ ...call, onProgress: ({ what }) => said.push(what) })
    expect(said[0]).toBe(`starting Midbench on ${host}`)
    expect(await machine.call('app.folders', {})).toMatchObject({
      value: expect.arrayContaining([expect.objectContaining({ label: 'Data', path: home })]) as unknown,
    })
    expect(openSockets(process.pid)).toEqual([]) // the ssh are this process's children
    for (const pid of tunnels()) process.kill(pid)
    await vi.waitUntil(() => states.includes('lost'), { timeout: 10_000 })
    const late = machine.call('runs.list', {}) // asked while there is no connection
    expect(await late).toEqual({ ok: true, value: [] })
    expect(states.at(-1)).toBe('connected')
  })

  it.each([
    [
      'a key that is not its own',
      others.stranger,
      /HOST IDENTIFICATION HAS CHANGED|Host key verification failed/,
      /ssh-keygen -R|compare the key/,
    ],
    ['no key of ours', others.keyless, /Permission denied/, /no password/],
    ['no address', 'nowhere.invalid', /resolve hostname/, /\.ssh\/config/],
  ])('with %s is refused in the words of ssh', async (_, name, message, remedy) => {
    const failure = await failureOf(() => machineOn(name).machine.connect(call))
    expect(failure).toMatchObject({
      code: 'machine.ssh',
      message: expect.stringMatching(message) as unknown,
      remedy: expect.stringMatching(remedy) as unknown,
    })
  })

  it('without Midbench in its folder is refused with what was looked for', async () => {
    const failure = await failureOf(() => machineOn(host, join(home, "no 'such")).machine.connect(call))
    expect(failure).toMatchObject({
      code: 'machine.ssh',
      remedy: expect.stringContaining("no 'such") as unknown,
    })
  })
})

describe('a computer without ssh', () => {
  it('is told to install it', async () => {
    const way = new SshWay({ host: 'x', folder: 'y' }, join(keptFolder(), 'ssh'))
    onTestFinished(() => way.close())
    expect(await failureOf(() => way.open(call))).toMatchObject({
      remedy: expect.stringContaining('openssh-client') as unknown,
    })
  })
})
