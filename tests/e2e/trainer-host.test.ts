/** The trainer's host: what the self-test decides, and what the fall of a trainer process leaves up. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'

import type { RunConfig } from '../../src-main/config/config.schema'
import { RunStore, storeFile } from '../../src-main/runs/store'
import { AppPage, until } from '../support/app-page'
import { runCommandLine } from '../support/command-line'
import { launchApp, type LaunchedApp } from '../support/launch-app'
import { openInFolder, smallConfig } from '../support/small-project'
import { linkInstalled } from '../support/private-cache'
import { temporaryFolder } from '../support/temporary-folder'

const eventSchema = z.object({ event: z.string(), loss: z.number().optional() })
const recordSchema = z.object({ passed: z.boolean(), reason: z.string() })

/** Processes that a process has started, with their command lines. */
function childrenOf(pid: number): { pid: number; command: string }[] {
  const tasks = readdirSync(`/proc/${String(pid)}/task`)
  const pids = tasks.flatMap((task) => {
    return textOf(`/proc/${String(pid)}/task/${task}/children`)
      .split(' ')
      .filter(Boolean)
      .map(Number)
  })
  return pids.map((child) => ({
    pid: child,
    command: textOf(`/proc/${String(child)}/cmdline`),
  }))
}

/** Empty where the thread or process has ended since it was listed. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Waits for the child of an app that was started with a word on its command line. */
async function childWith(app: LaunchedApp, word: string): Promise<number> {
  const main = app.electron.process().pid ?? -1
  const find = (): number | undefined => childrenOf(main).find(({ command }) => command.includes(word))?.pid
  const pid = await until(find, (found) => found !== undefined, 60_000, word)
  return pid ?? -1
}

function recorded(cache: string): z.infer<typeof recordSchema> {
  const folder = join(cache, 'self-tests')
  const [file = ''] = readdirSync(folder)
  return recordSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')))
}

/** The losses of a whole run in a thread of the command line. */
async function trainedLosses(config: RunConfig): Promise<number[]> {
  const home = temporaryFolder()
  const file = join(home, 'config.json')
  writeFileSync(file, JSON.stringify(config))
  const thread = { MIDBENCH_TRAINER_HOST: 'thread' }
  const { stdout } = await runCommandLine(home, ['train', '--config', file, '--json'], thread)
  const events = stdout.map((line) => eventSchema.parse(JSON.parse(line)))
  return events.flatMap(({ event, loss }) => (event === 'step' && loss !== undefined ? [loss] : []))
}

/** A page's trainer section in Settings. */
function trainerSection(window: AppPage): ReturnType<AppPage['page']['getByRole']> {
  return window.page.getByRole('region', { name: 'Trainer' })
}

describe('the self-test', () => {
  it('is made once, beside the open window, and lets the trainer be a thread', async () => {
    const cache = linkInstalled(temporaryFolder())
    const env = { MIDBENCH_CACHE: cache, MIDBENCH_TRAINER_HOST: '' }
    const app = await launchApp({ env })
    const window = new AppPage(app.page)
    await window.open('Settings')
    await trainerSection(window).getByText('work together', { exact: false }).waitFor({ timeout: 120_000 })
    await window.picture('settings-trainer')
    expect(recorded(cache)).toMatchObject({ passed: true })
    expect(recorded(cache).reason).toMatch(/^It held [4-9]\.\d GB and trained 3 steps beside an open page\.$/)
    expect(await trainerSection(window).innerText()).toContain('a thread of the app')
  })

  it('that is killed takes the process, says why, and the run trains there', async () => {
    const cache = linkInstalled(temporaryFolder())
    const home = temporaryFolder()
    openInFolder(home, smallConfig())
    const app = await launchApp({ home, env: { MIDBENCH_CACHE: cache, MIDBENCH_TRAINER_HOST: '' } })
    const window = new AppPage(app.page)
    await window.button('Start').click() // waits for the test, which has not been made
    process.kill(await childWith(app, '--midbench-self-test'), 'SIGKILL')
    const trainer = await childWith(app, 'trainer-process')
    expect(trainer).toBeGreaterThan(0)
    await window.reachStep(3)
    await app.page.getByRole('banner').getByText('own process').waitFor()
    await window.picture('train-own-process')
    expect(recorded(cache)).toMatchObject({ passed: false })
    expect(recorded(cache).reason).toMatch(/^It was ended by SIGKILL while /)
    await window.open('Settings')
    await trainerSection(window).getByText('did not pass the test together', { exact: false }).waitFor()
    await window.picture('settings-trainer-process')
  })
})

describe('a trainer process', () => {
  const env = { MIDBENCH_TRAINER_HOST: 'process' }

  it('that is killed in mid-step interrupts the run and nothing else, and Resume makes the same bits', async () => {
    const home = temporaryFolder()
    const config = smallConfig({ num_iterations: 40 })
    openInFolder(home, config)
    const app = await launchApp({ home, env })
    const window = new AppPage(app.page)
    await window.button('Start').click()
    await window.reachStep(14)
    process.kill(await childWith(app, 'trainer-process'), 'SIGKILL')
    await window.state('interrupted').waitFor()
    await window.open('Train')
    await window.main.getByText('ended by SIGKILL', { exact: false }).first().waitFor()
    await window.picture('train-interrupted')
    await window.button('Resume').click()
    await window.state('done').waitFor({ timeout: 120_000 })

    const store = RunStore.open(storeFile(home))
    const [run] = store.list()
    const losses = store.steps(run?.id ?? '', 0).map(({ loss }) => loss)
    store.close()
    expect(losses).toHaveLength(40)
    expect(losses).toEqual(await trainedLosses(config)) // in a thread of the command line, without a break
  })

  it('goes on in the background without a window, and is saved when the app is told to quit', async () => {
    const home = temporaryFolder()
    openInFolder(home, smallConfig())
    const app = await launchApp({ home, env })
    const window = new AppPage(app.page)
    await window.button('Start').click()
    const before = await window.reachStep(3)
    await app.electron.evaluate(({ BrowserWindow, dialog }) => {
      dialog.showMessageBox = async () => ({ response: 1, checkboxChecked: false })
      BrowserWindow.getAllWindows()[0]?.close()
    })
    const stepNow = (): number => {
      const store = RunStore.open(storeFile(home))
      const step = store.list()[0]?.step ?? 0
      store.close()
      return step
    }
    await until(stepNow, (step) => step > before + 3, 60_000, 'step in the background')
    const trainer = await childWith(app, 'trainer-process')
    expect(await app.kill('SIGTERM')).toBe(0)
    expect(() => process.kill(trainer, 0)).toThrow(/ESRCH/)
    const store = RunStore.open(storeFile(home))
    const [run] = store.list()
    store.close()
    expect(run).toMatchObject({ state: 'paused' })
    expect(run?.checkpoints).toContain(run?.step)
  })
})
