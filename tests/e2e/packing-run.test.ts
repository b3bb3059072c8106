/**
 * Packing and a run in a real window: the batch in training is a strip in Train and is followed in Packing, a point of the
 * loss curve leads to the batch behind it, and from there a run branches off without a conversation.
 */
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { AppPage, until } from '../support/app-page'
import { sharedApp } from '../support/launch-app'

const { app } = sharedApp()
let window: AppPage

beforeAll(async () => {
  window = new AppPage(app().page)
  await window.button('Start').waitFor()
}, 120_000)

const field = (name: string): Locator => window.main.getByLabel(name, { exact: true })

/** Different colours of the strip's canvas, of which there are more than a few pixels each. */
async function stripColours(): Promise<number> {
  return Number(
    await window.page.evaluate(`{
      const canvas = document.querySelector('button[data-batch] canvas')
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      const counts = new Map()
      for (const pixel of new Uint32Array(data.buffer)) counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
      Array.from(counts.values()).filter((count) => count > 100).length
    }`),
  )
}

describe('a run', () => {
  const chart = (): Locator => window.main.getByRole('img', { name: /^Loss:/ })
  const pointed = async (): Promise<number> => {
    const label = (await chart().getAttribute('aria-label')) ?? ''
    return Number(/at step (\d+)$/.exec(label)?.[1])
  }

  const batch = async (): Promise<number> => Number(await field('batch').inputValue())

  it('has its batch in training as a strip of tasks, which goes with the steps and opens in Packing', async () => {
    await window.button('Start').click()
    await window.reachStep(1)
    const strip = window.action(/^Batch \d+, step \d+, in training: 8 rows of 513 tokens, \d+ conversations/)
    const shown = async (): Promise<number> => Number(await strip.getAttribute('data-batch'))
    const first = await shown()
    expect(await stripColours()).toBeGreaterThanOrEqual(3)
    await until(shown, (now) => now > first, 20_000, 'a later batch')
    await strip.focus()
    await window.page.keyboard.press('Enter')
    await until(batch, (opened) => opened > first, 10_000, 'that batch in Packing')
  })

  it('has the batch in training followed, until another is looked at', async () => {
    await window.open('Packing')
    await window.action('Follow the run').click()
    await until(batch, (shown) => shown >= 4, 60_000, 'the batch of a later step')
    await window.picture('packing-followed')
    await field('batch').fill('2')
    await window.page.keyboard.press('Enter')
    await until(
      () => window.action('Follow the run').getAttribute('aria-pressed'),
      (pressed) => pressed === 'false',
      5000,
      'end of following',
    )
    await window.reachStep((await window.step()) + 2)
    expect(await batch()).toBe(2)
  })

  it('leads from a point of its loss curve to the batch of that step, by keyboard and by a click', async () => {
    await window.button('Pause').click()
    await window.button('Resume').waitFor()
    await window.open('Train')
    await chart().focus()
    await window.page.keyboard.press('ArrowLeft')
    await window.page.keyboard.press('ArrowLeft')
    const step = await pointed()
    expect(step).toBeGreaterThan(0)
    await window.page.keyboard.press('Enter')
    await until(
      () => field('step').inputValue(),
      (shown) => shown === String(step),
      10_000,
      'its step',
    )
    await window.open('Train')
    const box = await chart().boundingBox()
    if (!box) throw new Error('the chart is not in sight')
    await window.page.mouse.move(box.x + box.width - 12, box.y + box.height / 2)
    await until(pointed, (at) => at > step, 5000, 'the last step pointed at')
    const last = await pointed()
    await window.page.mouse.click(box.x + box.width - 12, box.y + box.height / 2)
    await until(
      () => field('step').inputValue(),
      (shown) => shown === String(last),
      10_000,
      'the last step',
    )
  })

  it('branches off before a step without a conversation of its batch, and both curves are on one chart', async () => {
    const canvas = window.main.getByRole('img', { name: /^Batch \d/ })
    await canvas.focus()
    await window.page.keyboard.press('ArrowRight')
    await window.page.keyboard.press('Enter')
    const pinned = window.page.getByRole('complementary', { name: /^Conversation \d/ })
    await pinned.getByRole('button', { name: /^Branch from (step \d+|its beginning) without it$/ }).click()
    const branch = window.main.getByRole('region', { name: 'Branch', exact: true })
    await branch.getByText('Goes on from').waitFor()
    await window.picture('train-branch')
    await branch.getByLabel('Where the branch begins').selectOption({ index: 0 })
    const last = await window.step()
    const start = branch.getByRole('button', { name: 'Start the branch' })
    await until(
      () => start.isEnabled(),
      (ready) => ready,
      30_000,
      'a preflight without a blocker',
    )
    await start.click()
    await window.button('Pause').waitFor({ timeout: 60_000 })
    await window.reachStep(last + 2)
    await window.button('Pause').click()
    await window.button('Resume').waitFor({ timeout: 60_000 })
    await window.main.getByTitle('Open in Runs').click()
    const run = window.main.getByRole('region', { name: /^Run / })
    await run.getByText(/^after step \d+: without one conversation more/).waitFor()
    await window.picture('runs-branch')
    await run.getByRole('button', { name: 'Compare their curves' }).click()
    await window.main.getByRole('heading', { name: '2 runs compared' }).waitFor()
    await window.picture('runs-branch-compared')
  })
})
