/**
 * A run of two ranks in a real window: it pauses and goes on as one, a rank that is killed is named and all begin again,
 * and it ends with the same bits as a run from the command line that nothing befell. Packing shows each rank's batches.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { AppPage, until } from '../support/app-page'
import { runCommandLine } from '../support/command-line'
import { sharedApp } from '../support/launch-app'
import { openInFolder, smallConfig } from '../support/small-project'
import { keptFolder, temporaryFolder } from '../support/temporary-folder'

const STEPS = 32
const config = smallConfig({
  ...{ engine: 'graph', world_size: 2, total_batch_size: 2 * 64, num_iterations: STEPS, save_every: STEPS },
})
const home = keptFolder()
openInFolder(home, config)
const { app } = sharedApp({ home })
let window: AppPage

beforeAll(async () => {
  window = new AppPage(app().page)
  await window.button('Start').waitFor()
}, 120_000)

const ranks = (): Locator => window.main.getByRole('region', { name: 'Ranks' })
const chip = (rank: number): Locator =>
  ranks().getByRole('button', { name: new RegExp(`^Rank ${String(rank)} at `) })
const states = async (): Promise<string> =>
  String(await Promise.all([0, 1].map((rank) => chip(rank).getAttribute('data-state'))))
const training = async (): Promise<boolean> => /^(training|waiting),(training|waiting)$/.test(await states())
const bothAre = (state: string, timeoutMs = 120_000): Promise<string> =>
  until(states, (now) => now === `${state},${state}`, timeoutMs, `both ranks ${state}`)
const field = (name: string): Locator => window.main.getByLabel(name, { exact: true })

/** What the last checkpoint of a folder's only run holds, by file. */
function stateIn(folder: string): Record<string, string> {
  const [run = ''] = readdirSync(join(folder, 'runs'))
  const last = join(folder, 'runs', run, 'checkpoints', `step_0000${String(STEPS)}`)
  const hash = (file: string): string =>
    createHash('sha256')
      .update(readFileSync(join(last, file)))
      .digest('hex')
  const files = readdirSync(last).filter((file) => file.endsWith('.pt'))
  return Object.fromEntries(files.map((file) => [file, hash(file)]))
}

describe('a run of two ranks', () => {
  it('shows what each rank does, and its own loss and memory; it pauses and goes on as one', async () => {
    await window.button('Start').click()
    await window.reachStep(3)
    await until(training, (are) => are, 60_000, 'both ranks in training')
    await window.button('Pause').click()
    await window.button('Resume').waitFor()
    await bothAre('paused')
    for (const rank of [0, 1]) {
      const said = await chip(rank).getAttribute('aria-label')
      expect(said).toMatch(
        /process \d+: paused\. Loss \d\.\d{4} nats a token, [\d.]+ [MG]iB resident, waits [<\d.]+ % of a step\./,
      )
    }
    const losses = await Promise.all([0, 1].map((rank) => chip(rank).locator('.num').first().innerText()))
    expect(losses[0]).not.toBe(losses[1])
    await window.page.reload()
    await bothAre('paused')
    expect(await chip(1).getAttribute('aria-label')).toMatch(/process \d+: paused\./)
    await window.main.getByRole('img', { name: /^Loss by rank:/ }).waitFor()
    await window.picture('train-ranks')
  })

  it('has the batches of each rank: one chosen by its chip, another by its number and by key', async () => {
    await chip(1).click()
    await window.action(/^Batch \d+, rank 1, step \d+, trained last/).click()
    const rank = field('rank')
    await until(
      () => rank.inputValue(),
      (shown) => shown === '1',
      10_000,
      'rank 1',
    )
    const numbers = window.main.getByTestId('epoch-numbers')
    await numbers.getByText('rank 1').waitFor()
    await window.picture('packing-ranks')
    const canvas = window.main.getByRole('img', { name: /^Batch \d/ })
    await canvas.focus()
    await window.page.keyboard.press('<')
    await numbers.getByText('rank 0').waitFor()
    expect(await rank.inputValue()).toBe('0')
  })

  it('names a rank that is killed, begins again by itself, and ends with the bits of an undisturbed run', async () => {
    await window.open('Train')
    const paused = await window.step()
    const pid = Number(/process (\d+)/.exec((await chip(1).getAttribute('title')) ?? '')?.[1])
    await window.button('Resume').click()
    await window.reachStep(paused + 1)
    process.kill(pid, 'SIGKILL')
    await ranks().getByRole('status').getByText('Rank 1 was ended by SIGKILL').waitFor({ timeout: 60_000 })
    expect(await chip(1).getAttribute('title')).not.toContain(`process ${String(pid)}:`)
    await window.picture('train-ranks-again')
    await window.state('done').waitFor({ timeout: 120_000 })
    await bothAre('ended')
    await window.main.getByTitle('Open in Runs').click()
    const run = window.main.getByRole('region', { name: /^Run / })
    await run.getByText('processes of this machine').waitFor()
    await window.picture('runs-ranks')

    const folder = temporaryFolder()
    const file = join(folder, 'config.json')
    writeFileSync(file, JSON.stringify(config))
    const { code, stderr } = await runCommandLine(folder, ['train', '--config', file, '--json'])
    expect(code, stderr).toBe(0)
    const expected = stateIn(folder)
    expect(Object.keys(expected).some((name) => name.startsWith('model_'))).toBe(true)
    expect(stateIn(home)).toEqual(expected)
  }, 300_000)
})
