/** Projects: an unsaved one is kept through a preset, another project and a relaunch, and is gone only when thrown away. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { AppPage } from '../support/app-page'
import { launchApp, type LaunchedApp } from '../support/launch-app'
import { temporaryFolder } from '../support/temporary-folder'

/** The top bar's menu of projects. */
class Projects {
  readonly window: AppPage
  constructor({ page }: LaunchedApp) {
    this.window = new AppPage(page)
  }

  get name() {
    return this.window.page.getByRole('banner').locator('button.project')
  }

  item(name: string | RegExp) {
    return this.window.page.getByRole('menuitem', { name })
  }

  async choose(name: string | RegExp): Promise<void> {
    await this.name.click()
    await this.item(name).first().click()
  }

  /** Waits for the project of this name to be open. */
  async isOpen(name: string | RegExp): Promise<void> {
    await this.name.filter({ hasText: name }).waitFor()
  }

  /** Gives the option its value, and waits until the project counts as changed. */
  async edit(value: string): Promise<void> {
    await this.window.open('Train')
    const field = this.window.main.getByLabel('num_iterations', { exact: true })
    await field.fill(value)
    await field.press('Enter')
    await this.name.filter({ hasText: /edited|unsaved/ }).waitFor()
  }

  async steps(): Promise<string> {
    await this.window.open('Train')
    return this.window.main.getByLabel('num_iterations', { exact: true }).inputValue()
  }
}

describe('an unsaved project', () => {
  it('is kept through a preset, another project and a relaunch, until it is thrown away', async () => {
    const first = await launchApp()
    const projects = new Projects(first)
    await projects.isOpen('Starter project')
    await projects.edit('37')

    await projects.window.open('Mixture')
    await projects.window.action('Presets').click()
    await projects.item(/^Arithmetic, spelling, identity/).click()
    await projects.choose('New')
    await projects.isOpen('Untitled')
    await projects.name.click()
    await projects.item(/^Starter project, before Arithmetic/).waitFor()
    await projects.window.picture('projects-menu')
    await projects.window.page.keyboard.press('Escape')
    expect(await first.quit()).toBe(0)

    const again = await launchApp({ home: first.home })
    const kept = new Projects(again)
    await kept.isOpen('Untitled')
    await kept.choose(/^Starter project, before Arithmetic/)
    await kept.isOpen('Starter project, before Arithmetic')
    expect(await kept.steps()).toBe('37')
    await kept.window.page.getByRole('button', { name: 'Undo', exact: true }).last().click() // the notice's
    await kept.isOpen('Untitled')

    await kept.name.click()
    await kept.item('Throw one away').hover()
    await kept
      .item(/^Starter project, before Arithmetic/)
      .nth(1) // in the submenu, once that is open
      .click()
    await kept.window.page.getByText('is thrown away').waitFor()
    await kept.name.click()
    await kept
      .item(/^Starter project/)
      .first()
      .waitFor() // the one with the preset
    expect(await kept.item(/before Arithmetic/).count()).toBe(0)
  }, 120_000)

  it('comes back by Ctrl+Z right after another was opened', async () => {
    const projects = new Projects(await launchApp())
    await projects.isOpen('Starter project')
    await projects.edit('41')
    await projects.window.page.keyboard.press('Control+n')
    await projects.isOpen('Untitled')
    await projects.window.open('Mixture')
    await projects.window.page.keyboard.press('Control+z')
    await projects.isOpen('Starter project')
    expect(await projects.steps()).toBe('41')
  })
})

it('offers on the first start the folder that NANOCHAT_BASE_DIR names, and a project that uses it', async () => {
  const folder = temporaryFolder()
  const base = join(folder, 'base_checkpoints', 'd12')
  mkdirSync(base, { recursive: true })
  writeFileSync(join(base, 'model_000010.pt'), '')
  writeFileSync(join(base, 'meta_000010.json'), '{}')
  const app = await launchApp({ env: { NANOCHAT_BASE_DIR: folder } })
  const projects = new Projects(app)
  const offer = projects.window.main.getByText(`NANOCHAT_BASE_DIR names ${folder}`)
  await offer.waitFor()
  await projects.window.picture('first-start-offer')
  await projects.window.action('Start a project with it').click()
  await projects.isOpen('midtraining')
  await offer.waitFor({ state: 'detached' })
  await projects.window.main
    .getByText('tokenizer, base d12')
    .or(projects.window.main.getByText('no tokenizer'))
    .waitFor()
})
