/** A queue of runs: made of a grid and by hand, ordered, begun, and gone on with over a relaunch. */
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { resize, setTheme } from '../support/app-control'
import { AppPage, until } from '../support/app-page'
import { launchApp } from '../support/launch-app'
import { openInFolder, smallConfig, STARTER_DIR } from '../support/small-project'
import { temporaryFolder } from '../support/temporary-folder'

/** The queue as the window shows it. */
class Queue {
  constructor(readonly window: AppPage) {}

  async show(): Promise<void> {
    await this.window.open('Runs')
    await this.window.main.getByRole('radio', { name: 'Queue' }).click()
  }

  row(name: string | RegExp) {
    return this.window.main.getByRole('row', { name })
  }

  /** Names with states, in order. */
  rows(): Promise<string[]> {
    const rows = "document.querySelectorAll('table[aria-label=Queue] tbody tr')"
    return this.window.page.evaluate<string[]>(`[...${rows}].map((row) => row.ariaLabel)`)
  }

  async isLike(wanted: string[], timeoutMs = 10_000): Promise<void> {
    const is = (rows: string[]): boolean => rows.join('\n') === wanted.join('\n')
    await until(() => this.rows(), is, timeoutMs, wanted.join('; '))
  }
}

const conversations = [{ task: 'CustomJSON' as const, filepath: join(STARTER_DIR, 'conversations.jsonl') }]

it('takes a grid and single runs, is put in order, and goes on where it was after a relaunch', async () => {
  const home = temporaryFolder()
  openInFolder(
    home,
    smallConfig({
      ...{ num_iterations: 8, eval_every: 8, eval_tokens: 128, save_every: -1 },
      mixture: { train: conversations, val: conversations },
    }),
  )
  const app = await launchApp({ home })
  const window = new AppPage(app.page)
  const queue = new Queue(window)
  await window.open('Train')
  await window.main.getByText('Plan', { exact: true }).first().click()
  await window.action('Several…').click()
  const values = window.main.getByLabel('Values of matrix_lr')
  await values.fill('0.01, x')
  await window.main.getByText('matrix_lr does not take x.').waitFor()
  await values.fill('0.01, 0.02')
  await window.action('Another option').click()
  await window.main.getByLabel('Option 2').selectOption('seed')
  await window.main.getByLabel('Values of seed').fill('7')
  await window.action('Add 2 runs').waitFor()
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(app, theme)
    for (const [width, height] of [
      [1024, 680],
      [1280, 800],
      [1920, 1080],
    ] as const) {
      await resize(app, { width, height })
      await window.picture(`queue-form-${String(width)}-${theme}`)
    }
  }
  await resize(app, { width: 1280, height: 800 })
  await window.action('Add 2 runs').click()
  const [first, second] = ['small matrix_lr=0.01 seed=7', 'small matrix_lr=0.02 seed=7']
  await queue.isLike([`${first}, waits`, `${second}, waits`])

  // By hand: one that cannot start, and one that can.
  await window.open('Train')
  await window.main.getByLabel('model_tag', { exact: true }).fill('nowhere')
  await window.action('Add to queue').click()
  await window.page.getByText('1 run added to the queue, which is paused').waitFor()
  await window.main.getByLabel('model_tag', { exact: true }).fill('d4')
  await window.action('Add to queue').click()
  await queue.show()
  await queue.isLike([`${first}, waits`, `${second}, waits`, 'small, waits', 'small, waits'])

  await queue.row('small, waits').first().focus()
  await window.page.keyboard.press('Alt+ArrowUp')
  await queue.isLike([`${first}, waits`, 'small, waits', `${second}, waits`, 'small, waits'])
  expect(await window.page.evaluate('document.activeElement.ariaLabel')).toBe('small, waits')
  await queue.row(`${second}, waits`).locator('td.grip').dragTo(queue.row('small, waits').first())
  await queue.row('small, waits').last().focus()
  await window.page.keyboard.press('Delete')
  await window.main.getByText('small taken out of the queue').waitFor()
  await window.action('Undo').click()
  await until(
    () => queue.rows(),
    (rows) => rows.length === 4,
    5000,
    'four rows',
  )

  await window.action('Start the queue').click()
  // On a fast machine it may be done before it is seen at work.
  const hasBegun = ([, row = '']: string[]): boolean => /(training|evaluating|saving|done)$/.test(row)
  await until(() => queue.rows(), hasBegun, 240_000, 'second run begun')
  await window.picture('queue-going')
  expect(await app.quit()).toBe(0)

  const again = await launchApp({ home })
  const kept = new Queue(new AppPage(again.page))
  await kept.show()
  await until(
    () => kept.rows(),
    (rows) => rows.filter((row) => row.endsWith(', done')).length === 3,
    360_000,
    'three runs done',
  )
  expect((await kept.rows()).filter((row) => row.endsWith('could not start'))).toHaveLength(1)
  await kept.window.main.getByText(/^model_tag: .*asks for another/).waitFor()
  await kept.window.action('Compare all 3').click()
  await kept.window.main.getByRole('region', { name: 'Comparison' }).waitFor()
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(again, theme)
    for (const [width, height] of [
      [1024, 680],
      [1280, 800],
      [1920, 1080],
    ] as const) {
      await resize(again, { width, height })
      await kept.window.picture(`queue-compared-${String(width)}-${theme}`)
    }
  }
  await kept.row(`${first}, done`).click()
  await kept.window.main.getByRole('region', { name: `Run ${first}` }).waitFor()
  await kept.window.action('Close').click()
  await kept.window.picture('queue-ended')
  await kept.window.action('Clear 4 ended').click()
  await kept.window.main.getByText('The queue is empty').waitFor()
  await kept.window.picture('queue-empty')
}, 720_000)
