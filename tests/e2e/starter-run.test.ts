/** First light, as a person has it: open, start, watch the loss fall, pause, resume, quit, come back, go on. */
import { expect, it } from 'vitest'

import { RunStore, storeFile } from '../../src-main/runs/store'
import { AppPage } from '../support/app-page'
import { launchApp } from '../support/launch-app'

const STANDSTILL_MS = 3000
/** Most that a call may take while a run is paused. */
const ANSWER_MS = 100

it.for(['thread', 'process'])(
  'starts the starter run with the trainer in a %s, pauses, resumes, quits, and continues where it was',
  { timeout: 300_000 },
  async (host) => {
    const env = { MIDBENCH_TRAINER_HOST: host }
    const app = await launchApp({ env })
    const window = new AppPage(app.page)

    await window.button('Start').click()
    const compiling = app.page.getByRole('banner').getByTestId('state-seconds')
    await compiling.waitFor({ timeout: 60_000 })
    expect(await compiling.innerText()).toMatch(/^\d+ s$/)
    await window.reachStep(1)
    const early = await window.loss()
    await window.reachStep(15)
    const later = await window.loss()
    expect(early).toBeGreaterThan(6)
    expect(later).toBeLessThan(early - 2)

    expect(await plannedTime(window)).toMatch(/ min \d+ s as last timed$/)

    await window.button('Pause').click()
    await window.button('Resume').waitFor()
    const paused = await window.step()
    await new Promise((resolve) => setTimeout(resolve, STANDSTILL_MS))
    expect(await window.step()).toBe(paused)
    expect(await answerTime(app.page)).toBeLessThan(ANSWER_MS)

    await window.button('Resume').click()
    const resumed = await window.reachStep(paused + 2)
    expect(await app.quit()).toBe(0)

    const again = await launchApp({ home: app.home, env })
    const after = new AppPage(again.page)
    await after.state('paused').waitFor()
    const left = await after.step()
    expect(left).toBeGreaterThanOrEqual(resumed)
    await after.button('Resume').click()
    await after.reachStep(left + 2)
    expect(await after.loss()).toBeLessThan(early - 2)
    await after.stop.click()
    await after.state('stopped').waitFor()

    const store = RunStore.open(storeFile(app.home))
    const [run] = store.list()
    const metrics = store.steps(run?.id ?? '', 0)
    const steps = metrics.map((metric) => metric.step)
    const log = store.log(run?.id ?? '', 1000).map((line) => line.text)
    store.close()
    expect(steps).toEqual(steps.map((_, index) => index + 1))
    expect(metrics.every((metric) => (metric.grad_norm ?? 0) > 0)).toBe(true)
    expect(log.find((line) => line.startsWith(`step ${String(left + 1).padStart(5, '0')}`))).toBeDefined()
  },
)

/** The planned time, as the plan beside the run says it; Run is in sight afterwards. */
async function plannedTime({ main }: AppPage): Promise<string> {
  const show = async (what: string): Promise<void> => {
    const choice = main.getByRole('radio', { name: what })
    if ((await choice.count()) > 0) await choice.click() // a wide window has both
  }
  await show('Plan')
  const figure = main
    .getByRole('region', { name: 'What follows from the options' })
    .locator('div', { hasText: /^time/ })
  await figure.getByText('as last timed').waitFor({ timeout: 5000 })
  const text = await figure.innerText()
  await show('Run')
  return text.replaceAll(/\s+/g, ' ')
}

/** Milliseconds that the main process takes to answer a call of the page: the Settings place asks for the folders. */
async function answerTime(page: AppPage['page']): Promise<number> {
  return Number(
    await page.evaluate(`new Promise((resolve) => {
      const post = MessagePort.prototype.postMessage
      MessagePort.prototype.postMessage = function (message) {
        if (message.a?.[0] === 'app.folders') {
          const asked = performance.now()
          this.addEventListener('message', (event) => {
            if (event.data.i === message.i) resolve(performance.now() - asked)
          })
        }
        post.call(this, message)
      }
      dispatchEvent(new KeyboardEvent('keydown', { key: '5', ctrlKey: true }))
    })`),
  )
}
