/** From launch to exit: what is remembered, what closing means, and that no ending loses a run. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { RunStore, storeFile } from '../../src-main/runs/store'
import { AppPage, until } from '../support/app-page'
import { appCommand, appEnvironment, launchApp, type LaunchedApp } from '../support/launch-app'
import { openInFolder, smallConfig } from '../support/small-project'
import { temporaryFolder } from '../support/temporary-folder'

/** Starts the app again on a data folder that has one running, and waits until the second has ended. */
async function startAgain(home: string): Promise<unknown> {
  const { executable, args } = appCommand()
  const second = spawn(executable, args, { env: appEnvironment(home), stdio: 'ignore' })
  const [code] = await once(second, 'exit')
  return code
}

function bounds({ electron }: LaunchedApp): Promise<unknown> {
  return electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds())
}

describe('the window', () => {
  it('opens no smaller than its least size, and where it was left', async () => {
    const first = await launchApp()
    await new AppPage(first.page).button('Start').waitFor()
    const left = { x: 60, y: 40, width: 1100, height: 720 }
    await first.electron.evaluate(({ BrowserWindow }, place) => {
      const window = BrowserWindow.getAllWindows()[0]
      window?.setBounds(place)
    }, left)
    await until(
      () => bounds(first),
      (found) => JSON.stringify(found) === JSON.stringify(left),
      5000,
      'new place',
    )
    expect(await first.quit()).toBe(0)
    const second = await launchApp({ home: first.home })
    expect(await bounds(second)).toEqual(left)
    await second.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(300, 200))
    expect(await bounds(second)).toMatchObject({ width: 1024, height: 680 })
  })

  it('belongs to one instance: a second launch brings it to the front and ends', async () => {
    const app = await launchApp()
    const visible = (): Promise<unknown> =>
      app.electron.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().map((window) => window.isVisible()),
      )
    await until(visible, (shown) => String(shown) === 'true', 5000, 'window')
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide())
    expect(await visible()).toEqual([false])
    expect(await startAgain(app.home)).toBe(0)
    await until(visible, (shown) => String(shown) === 'true', 5000, 'window')
  })

  it('has the theme that was chosen, also after a restart', async () => {
    const first = await launchApp()
    const theme = ({ electron }: LaunchedApp): Promise<unknown> =>
      electron.evaluate(({ nativeTheme, Menu }) => {
        const marked = ['system', 'light', 'dark'].filter(
          (name) => Menu.getApplicationMenu()?.getMenuItemById(`theme.${name}`)?.checked,
        )
        return [nativeTheme.themeSource, nativeTheme.shouldUseDarkColors, ...marked]
      })
    await first.electron.evaluate(({ Menu }) => {
      Menu.getApplicationMenu()?.getMenuItemById('theme.dark')?.click()
    })
    expect(await theme(first)).toEqual(['dark', true, 'dark'])
    await until(
      () => first.page.evaluate(`matchMedia('(prefers-color-scheme: dark)').matches`),
      Boolean,
      5000,
      'dark',
    )
    await first.quit()
    expect(await theme(await launchApp({ home: first.home }))).toEqual(['dark', true, 'dark'])
  })

  it('opens also when what was stored is damaged, and keeps that aside', async () => {
    const home = temporaryFolder()
    writeFileSync(join(home, 'settings.json'), '{ "theme": ')
    writeFileSync(join(home, 'project.json'), '[]')
    writeFileSync(join(home, 'window.json'), '{ "x": "left" }')
    const { page } = await launchApp({ home })
    await new AppPage(page).button('Start').waitFor()
    const aside = readdirSync(home).filter((name) => name.includes('.unreadable-'))
    expect(aside.map((name) => name.split('.')[0]).sort()).toEqual(['project', 'settings', 'window'])
  })
})

/** Closes the window as a person does, answering the question by the number of its button; none: it is not asked. */
async function closeWindow({ electron }: LaunchedApp, button: number): Promise<void> {
  await electron.evaluate(({ BrowserWindow, dialog }, response) => {
    dialog.showMessageBox = async () => ({ response, checkboxChecked: false })
    BrowserWindow.getAllWindows()[0]?.close()
  }, button)
}
const [SAVE, BACKGROUND, CANCEL] = [0, 1, 2]

/** An app with a small run in progress, some steps in. */
async function launchTraining(): Promise<{ app: LaunchedApp; window: AppPage }> {
  const home = temporaryFolder()
  openInFolder(home, smallConfig())
  const app = await launchApp({ home })
  const window = new AppPage(app.page)
  await window.button('Start').click()
  await window.reachStep(3)
  return { app, window }
}

describe('the page while a run goes on', () => {
  it('is loaded again and misses nothing', async () => {
    const { app, window } = await launchTraining()
    await app.page.reload()
    await window.button('Pause').waitFor()
    await window.reachStep((await window.step()) + 2)
  })

  it('crashes, is loaded again, and the run has not noticed', async () => {
    const { app } = await launchTraining()
    const crashed = app.page.waitForEvent('crash')
    await app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer()
    })
    await crashed
    const before = storedRun(app.home).step
    await until(
      () => shownStatus(app),
      (text) => Number(/^step (\d+)/.exec(text)?.[1] ?? -1) >= before + 2,
      120_000,
      `step ${String(before + 2)} in the page loaded anew`,
    )
    const { steps, step } = storedRun(app.home)
    expect(steps).toEqual(countTo(step))
  })
})

/** The page's status line. Asked through the main process: Playwright takes a page that crashed for gone. */
function shownStatus(app: LaunchedApp): Promise<string> {
  const read = "document.querySelector('[data-testid=status-step]')?.textContent ?? ''"
  return app.electron.evaluate(async ({ BrowserWindow }, script) => {
    const [window] = BrowserWindow.getAllWindows()
    return String((await window?.webContents.executeJavaScript(script)) ?? '')
  }, read)
}

/** The one run of a data folder, as the store has it. */
function storedRun(home: string): { state: string; step: number; steps: number[]; checkpoints: number[] } {
  const store = RunStore.open(storeFile(home))
  try {
    const [run] = store.list()
    if (!run) throw new Error(`There is no run in ${home}.`)
    const { state, step, checkpoints } = run
    return { state, step, checkpoints, steps: store.steps(run.id, 0).map((metric) => metric.step) }
  } finally {
    store.close()
  }
}

function countTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1)
}

/** Launches again, resumes the run, and lets it make some steps: none is missing and none is made twice. */
async function goOn(home: string, from: number): Promise<void> {
  const app = await launchApp({ home })
  const window = new AppPage(app.page)
  expect(await window.step()).toBe(from)
  await window.button('Resume').click()
  await window.reachStep(from + 3)
  await window.button('Pause').click()
  await window.button('Resume').waitFor()
  const { steps, step } = storedRun(home)
  expect(steps).toEqual(countTo(step))
  expect(step).toBeGreaterThanOrEqual(from + 3)
}

describe('closing the window while a run goes on', () => {
  it('asks, and cancel changes nothing', async () => {
    const { app, window } = await launchTraining()
    await closeWindow(app, CANCEL)
    const step = await window.step()
    await window.reachStep(step + 2)
    expect(app.page.isClosed()).toBe(false)
  })

  it('lets it go on in the background, and a second launch shows it again', async () => {
    const { app } = await launchTraining()
    const closed = app.page.waitForEvent('close')
    await closeWindow(app, BACKGROUND)
    await closed
    const before = storedRun(app.home).step
    await until(
      () => storedRun(app.home).step,
      (step) => step > before + 3,
      60_000,
      'step in the background',
    )
    const opened = app.electron.waitForEvent('window')
    expect(await startAgain(app.home)).toBe(0)
    const window = new AppPage(await opened)
    await window.button('Pause').waitFor()
    await window.reachStep(before + 4)
  })

  it('pauses, saves and ends, and the run goes on from there at the next launch', async () => {
    const { app } = await launchTraining()
    await closeWindow(app, SAVE)
    expect(await app.exited).toBe(0)
    const { state, step, steps, checkpoints } = storedRun(app.home)
    expect({ state, steps }).toEqual({ state: 'paused', steps: countTo(step) })
    expect(checkpoints).toContain(step)
    await goOn(app.home, step)
  })
})

describe('the end of the process while a run goes on', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s finishes the step, saves and ends', async (signal) => {
    const { app } = await launchTraining()
    expect(await app.kill(signal)).toBe(0)
    const { state, step, checkpoints } = storedRun(app.home)
    expect(state).toBe('paused')
    expect(checkpoints).toContain(step)
    await goOn(app.home, step)
  })

  it('by a kill leaves the run as of its last checkpoint, marked interrupted at the next launch', async () => {
    const { app, window } = await launchTraining()
    await window.reachStep(12)
    await app.kill('SIGKILL')
    const saved = Math.max(...storedRun(app.home).checkpoints)
    expect(saved).toBeGreaterThanOrEqual(10)
    const second = await launchApp({ home: app.home })
    const again = new AppPage(second.page)
    await again.state('interrupted').waitFor()
    await again.button('Resume').click()
    await again.state('training').waitFor()
    await again.reachStep(saved + 1)
    await again.button('Pause').click()
    await again.button('Resume').waitFor()
    const { steps, step } = storedRun(app.home)
    expect(steps).toEqual(countTo(step))
  })
})
