/**
 * Curves in a real window: a run's charts zoomed by a box and by the wheel while data comes, pointed at together, drawn
 * over tokens on a log axis and smoothed; and what was chosen found again after a relaunch.
 */
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { AppPage, until } from '../support/app-page'
import { launchApp, sharedApp } from '../support/launch-app'

const { app } = sharedApp()
let window: AppPage

beforeAll(async () => {
  window = new AppPage(app().page)
  await window.open('Train')
  await window.button('Start').click()
}, 120_000)

const chart = (title: string): Locator => window.main.locator('figure', { hasText: title }).first()
const loss = (): Locator => chart('Loss').locator('canvas')
const label = async (): Promise<string> => (await loss().getAttribute('aria-label')) ?? ''
const reset = (title = 'Loss'): Locator => chart(title).getByRole('button', { name: 'Reset zoom' })

/** Waits until nothing on the page matches. */
const gone = (what: Locator, name: string): Promise<number> =>
  until(
    () => what.count(),
    (count) => count === 0,
    10_000,
    `end of ${name}`,
  )

/** Where a place of the loss chart is in the window. @param share of its width, from the left */
async function place(share: number): Promise<{ x: number; y: number }> {
  const box = await loss().boundingBox()
  if (!box) throw new Error('the chart is not in sight')
  return { x: box.x + box.width * share, y: box.y + box.height / 2 }
}

/** The step under the pointer at the right end of the loss chart. */
async function lastInSight(): Promise<number> {
  const { x, y } = await place(1)
  await window.page.mouse.move(x - 16, y)
  const at = async (): Promise<number> => Number(/at step (\d+)$/.exec(await label())?.[1] ?? NaN)
  return until(at, (step) => Number.isFinite(step), 10_000, 'step pointed at')
}

describe('curves of a run', () => {
  it('begin with the first steps', { timeout: 360_000 }, async () => {
    await window.reachStep(4, 330_000) // the engine is compiled first
    expect(await label()).toMatch(/^Loss: raw [\d.]+, EMA [\d.]+$/)
  })

  it('are zoomed by a box, all of them together, and stay so while steps are made', async () => {
    const [from, to] = [await place(0.4), await place(0.7)]
    await window.page.mouse.move(from.x, from.y)
    await window.page.mouse.down()
    await window.page.mouse.move(to.x, to.y + 3, { steps: 4 })
    await window.page.mouse.up()
    await reset().waitFor({ timeout: 10_000 })
    await reset('Speed').waitFor({ timeout: 10_000 })
    const last = await lastInSight()
    const made = await window.reachStep((await window.step()) + 2)
    expect(await reset().isVisible()).toBe(true)
    expect(await lastInSight()).toBe(last)

    await reset().click()
    await gone(reset(), 'the zoom')
    await until(lastInSight, (step) => step >= made, 30_000, 'the last steps in sight')
  })

  it('have one crosshair, which goes with the pointer', async () => {
    await lastInSight()
    expect(await chart('Speed').locator('.cross').count()).toBe(1)
    await window.page.mouse.move(2, 2)
    await gone(window.main.locator('.cross'), 'the crosshair')
  })

  it('are zoomed by the wheel, and shown whole by Esc', async () => {
    const { x, y } = await place(0.5)
    await window.page.mouse.move(x, y)
    await window.page.mouse.wheel(0, -240)
    await reset().waitFor({ timeout: 10_000 })
    await loss().focus()
    await window.page.keyboard.press('Escape')
    await gone(reset(), 'the zoom')
  })

  it('are drawn over tokens, smoothed, on a log axis; all of which a relaunch finds again', async () => {
    const under = chart('Loss').locator('.x-label')
    expect(await under.innerText()).toBe('step')
    await window.main.getByLabel('Curves over').selectOption('tokens')
    await window.main.getByLabel('log y').check()
    await window.main.getByLabel('Smoothing').fill('100')
    await until(
      () => under.innerText(),
      (text) => text === 'tokens',
      10_000,
      'x axis of tokens',
    )
    await until(label, (text) => /^Loss: smoothed [\d.]+$/.test(text), 10_000, 'a smoothed loss')
    await window.button('Pause').click()
    await window.button('Resume').waitFor()
    await loss().focus()
    await window.page.keyboard.press('ArrowLeft')
    expect(await chart('Loss').locator('figcaption').innerText()).toMatch(/[\d,.]+( [kM])? tokens/)
    await window.picture('curves-tokens-log-smooth')
    expect(await app().quit()).toBe(0)

    const again = new AppPage((await launchApp({ home: app().home })).page)
    await again.open('Train')
    await until(
      () => again.main.getByLabel('Curves over').inputValue(),
      (value) => value === 'tokens',
      30_000,
      'what was chosen',
    )
    expect(await again.main.getByLabel('log y').isChecked()).toBe(true)
    expect(await again.main.getByLabel('Smoothing').inputValue()).toBe('100')
  })
})
