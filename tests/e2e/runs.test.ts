/** The Runs table as one lives in it: named, starred, tagged, found, sorted, removed with a way back, over a relaunch. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { storeFile, RunStore } from '../../src-main/runs/store'
import { createRunFolder } from '../../src-main/runs/run-folder'
import { resize, setTheme } from '../support/app-control'
import { AppPage } from '../support/app-page'
import { launchApp } from '../support/launch-app'
import { sampleRun, sampleSteps } from '../support/run-samples'
import { temporaryFolder } from '../support/temporary-folder'

/** A data folder with runs that are done, each a day older than the one before. */
async function homeWith(names: readonly string[]): Promise<string> {
  const home = temporaryFolder()
  const store = RunStore.open(storeFile(home))
  for (const [index, name] of names.entries()) {
    const id = `run-${String(index)}`
    const dir = join(home, 'runs', id)
    const created_at = Date.UTC(2026, 10, 20) - index * 86_400_000
    const run = sampleRun({
      id,
      name,
      dir,
      state: 'done',
      created_at,
      device: 'CPU, 2 threads, float32, eager',
    })
    mkdirSync(dir, { recursive: true })
    await createRunFolder(dir, { id, name, config_path: null, created_at }, run.config)
    writeFileSync(join(dir, 'log.txt'), '')
    store.create(run)
    store.appendSteps(id, sampleSteps(1, 12 + index))
    store.appendEvals(id, [{ step: 12, val_bpb: 0.9 - index / 1000, seconds: 1 }])
  }
  store.close()
  return home
}

it('renames, stars, tags, finds, sorts, removes and brings back; the columns are as they were after a relaunch', async () => {
  const home = await homeWith(['first', 'second', 'third'])
  const first = await launchApp({ home })
  const window = new AppPage(first.page)
  const press = (key: string): Promise<void> => window.page.keyboard.press(key)
  const names = (): Promise<string[]> => window.main.locator('tbody .ends').allInnerTexts()
  await window.open('Runs')
  await window.main.getByRole('row', { name: /^first/ }).focus()
  await press('ArrowDown')
  await press('F2')
  await window.page.keyboard.type('renamed')
  await press('Enter')
  await window.main.getByRole('row', { name: /^renamed, done/ }).waitFor()
  expect(await window.page.evaluate('document.activeElement.ariaLabel')).toBe('renamed, done')
  await window.action('Star renamed').click()
  await window.main.getByRole('row', { name: 'renamed, done, starred' }).focus()
  await press('Enter')
  await window.main.getByRole('textbox', { name: 'Tags' }).fill('lr, long')
  await press('Tab')
  await window.page.keyboard.type('what came of it')
  await press('Tab')
  await window.main.locator('tbody').getByText('long').waitFor()
  await window.picture('runs-labelled')
  await window.action('Close').click()

  await press('/')
  await window.page.keyboard.type('came')
  await window.main.getByText('1 of 3 runs').waitFor()
  expect(await names()).toEqual(['renamed'])
  await press('Escape')
  await window.main.getByText('3 runs', { exact: true }).waitFor()
  await window.action('Starred alone').click()
  await window.main.getByText('1 of 3 runs').waitFor()
  await window.action('Starred alone').click()

  await window.action('best bpb').click()
  await window.main
    .getByRole('columnheader', { name: 'best bpb' })
    .and(window.main.locator('[aria-sort="ascending"]'))
    .waitFor()
  expect(await names()).toEqual(['third', 'renamed', 'first'])
  await window.action('Columns').click()
  await window.page.getByRole('menuitemcheckbox', { name: 'trained for' }).click()
  await press('Escape')
  await window.main.getByRole('columnheader', { name: 'trained for' }).waitFor({ state: 'detached' })

  const row = window.main.getByRole('row', { name: /^third/ })
  await row.focus()
  await press('Delete')
  await row.waitFor({ state: 'detached' })
  await press('Enter') // Undo has the focus
  await row.waitFor()
  expect(await first.quit()).toBe(0)

  const again = await launchApp({ home })
  const kept = new AppPage(again.page)
  await kept.open('Runs')
  await kept.main.getByRole('row', { name: 'renamed, done, starred' }).waitFor()
  expect(await kept.main.locator('tbody .ends').allInnerTexts()).toEqual(['third', 'renamed', 'first'])
  expect(await kept.main.getByRole('columnheader', { name: 'trained for' }).count()).toBe(0)
  await kept.main.getByRole('row', { name: /^renamed/ }).click()
  await kept.action('Duplicate as a new project').click()
  await kept.page.getByRole('banner').locator('button.project').filter({ hasText: 'renamed' }).waitFor()
}, 120_000)

it.each([
  ['no run', 0],
  ['two hundred', 200],
])('can be looked at with %s', async (name, count) => {
  const names = Array.from(
    { length: count },
    (_, at) => `lr-sweep/with-a-long-name-of-a-run/matrix_lr=0.0${String(at)}`,
  )
  const app = await launchApp({ home: await homeWith(names) })
  const window = new AppPage(app.page)
  await window.open('Runs')
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(app, theme)
    for (const size of [
      { width: 1024, height: 680 },
      { width: 1280, height: 800 },
      { width: 1920, height: 1080 },
    ]) {
      await resize(app, size)
      await window.main.getByText(count === 0 ? 'No runs yet' : '200 runs', { exact: true }).waitFor()
      await window.picture(`runs-${name.replace(' ', '-')}-${String(size.width)}-${theme}`)
    }
  }
  const widest = await window.page.evaluate('document.documentElement.scrollWidth - innerWidth')
  expect(widest).toBeLessThanOrEqual(0)
})
