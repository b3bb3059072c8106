/** A window on another machine: ssh to localhost, where a run is started, followed, paused, and outlives the connection. */
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

import { projectDir } from '../../src-main/native/paths'
import { AppPage, until } from '../support/app-page'
import { runCommandLine } from '../support/command-line'
import { launchApp } from '../support/launch-app'
import { openSockets } from '../support/open-sockets'
import { descendants } from '../support/processes'
import { openInFolder, smallConfig } from '../support/small-project'
import { NO_SSH, sshToHere } from '../support/ssh-to-here'
import { keptFolder, temporaryFolder } from '../support/temporary-folder'

const there = keptFolder()
it.skipIf(NO_SSH !== '')('a machine over ssh: its run is followed and paused from here', async () => {
  const { host, path, close } = await sshToHere(there)
  onTestFinished(close)
  openInFolder(join(there, 'server'), smallConfig({ run: 'far' }))
  onTestFinished(async () => void (await runCommandLine(there, ['serve', '--stop'])))
  const home = temporaryFolder()
  openInFolder(home, smallConfig({ run: 'near' }))
  const app = await launchApp({ home, env: { PATH: `${path}${delimiter}${process.env['PATH'] ?? ''}` } })
  const { page, electron } = app
  const window = new AppPage(page)
  await window.button('Start').waitFor()

  // Opened from the menu; what is wrong is said where it was asked for.
  const menu = (id: string): Promise<void> =>
    electron.evaluate(({ Menu }, item) => void Menu.getApplicationMenu()?.getMenuItemById(item)?.click(), id)
  await menu('machine.open')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Machine', { exact: true }).fill(host)
  await dialog.getByLabel('Midbench there').fill('nowhere')
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()
  await dialog.getByText("Give the folder of Midbench's checkout").waitFor()
  await window.picture('machine-refused')
  await dialog.getByLabel('Midbench there').fill(projectDir())
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()
  const chip = page.getByRole('banner').getByRole('button', { name: host, exact: true })
  await chip.waitFor({ timeout: 60_000 })
  await until(
    () => page.title(),
    (title) => title.includes(`on ${host}`),
    20_000,
    'title',
  )

  await window.button('Start').click()
  await window.reachStep(3)
  expect(openSockets(electron.process().pid ?? 0)).toEqual([])
  await window.picture('machine-run')

  // The connection breaks: it is said, it comes back by itself, and the run was not touched.
  const before = await window.step()
  for (const pid of tunnels(electron.process().pid ?? 0)) process.kill(pid)
  await page.getByText(`No connection to ${host}`).waitFor()
  await window.picture('machine-lost')
  await page.getByText(`No connection to ${host}`).waitFor({ state: 'hidden', timeout: 30_000 })
  await window.reachStep(before + 1)

  await window.button('Pause').click()
  await window.state('paused').waitFor()

  // A path is chosen among the machine's folders.
  await menu('project.open')
  await dialog.getByText(`Open project on ${host}`).waitFor()
  await dialog.getByLabel('Path').fill(join(there, 'server', 'small.json'))
  await window.picture('machine-path')
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()

  // Back on this computer there is no such run.
  await chip.click()
  await dialog.getByRole('button', { name: 'Back to this computer' }).click()
  await chip.waitFor({ state: 'hidden' })
  await window.button('Start').waitFor()
  await expect.poll(() => page.title()).not.toContain(host)
  const { stdout } = await runCommandLine(there, ['runs', 'list', '--json'])
  expect(JSON.parse(stdout[0] ?? '')).toMatchObject([{ name: 'far', state: 'paused' }])
})

/** The ssh that forward a socket for an app. */
function tunnels(pid: number): number[] {
  return descendants(pid).filter((each) => {
    return readFileSync(`/proc/${String(each)}/cmdline`, 'utf8').includes('ExitOnForwardFailure')
  })
}
