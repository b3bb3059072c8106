/** The window as a person uses it: its places, its one main button, its status line. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'

/** Where pictures of the window go. */
export const SCREENSHOTS = join(import.meta.dirname, '..', 'screenshots')

export const PLACES = ['Mixture', 'Packing', 'Train', 'Talk', 'Runs', 'Settings'] as const
export type PlaceName = (typeof PLACES)[number]

export class AppPage {
  constructor(readonly page: Page) {}

  /** The rail's entry of a place. */
  place(name: PlaceName): Locator {
    return this.page.getByRole('navigation').getByText(name, { exact: true })
  }

  async open(name: PlaceName): Promise<void> {
    await this.place(name).click()
  }

  /** The place in sight. */
  get main(): Locator {
    return this.page.getByRole('main')
  }

  /** A button of the place in sight. @param name whole, or a part of it as a pattern */
  action(name: string | RegExp): Locator {
    return this.main.getByRole('button', { name, exact: typeof name === 'string' })
  }

  /** Drops a file or folder of the disk onto an element, as a person does. */
  async drop(path: string, onto: Locator): Promise<void> {
    const box = await onto.boundingBox()
    if (!box) throw new Error('nothing to drop onto')
    const client = await this.page.context().newCDPSession(this.page)
    const data = { items: [], files: [path], dragOperationsMask: 1 }
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, data }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await client.send('Input.dispatchDragEvent', { type, ...at })
    }
    await client.detach()
  }

  /** A picture of the window, to be looked at. @param name without an ending */
  async picture(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true })
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) })
  }

  /** Start, Pause or Resume, whichever it is now. */
  button(name: 'Start' | 'Pause' | 'Resume'): Locator {
    return this.page.getByRole('banner').getByRole('button', { name, exact: true })
  }

  get stop(): Locator {
    return this.page.getByRole('banner').getByRole('button', { name: 'Stop and save' })
  }

  /** The run's state as the top bar says it. */
  state(text: string): Locator {
    return this.page.getByRole('banner').getByText(text, { exact: true })
  }

  /** The step in the status line; -1 where there is no run. */
  async step(): Promise<number> {
    const text = await this.page.getByTestId('status-step').innerText()
    return Number(/^step ([\d,]+)/.exec(text)?.[1]?.replaceAll(',', '') ?? -1)
  }

  /** The loss in the status line; NaN where there is none yet. */
  async loss(): Promise<number> {
    const text = await this.page.getByRole('contentinfo').innerText()
    return Number(/loss\s+([\d.]+)/.exec(text)?.[1] ?? NaN)
  }

  /** Waits until the run has made so many steps, and says how many it has. */
  async reachStep(least: number, timeoutMs = 300_000): Promise<number> {
    return until(
      () => this.step(),
      (step) => step >= least,
      timeoutMs,
      `step ${String(least)}`,
    )
  }
}

/** Asks until the answer is what is wanted. */
export async function until<T>(
  ask: () => T | Promise<T>,
  wanted: (answer: T) => boolean,
  timeoutMs: number,
  what: string,
): Promise<T> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    if (performance.now() > end)
      throw new Error(`No ${what} in ${String(timeoutMs)} ms; the last was ${String(answer)}.`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
