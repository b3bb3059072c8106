/** First light, as a person has it: open, start, watch the loss fall, pause, resume, quit, come back, go on to the end. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

import { RunStore, storeFile } from '../../src-main/runs/store'
import { AppPage } from '../support/app-page'
import { launchApp, type LaunchedApp } from '../support/launch-app'

/** The starter's own 400 take minutes on two cores. */
const STEPS = 32

it.for(['thread', 'process'])(
  'starts the starter run with the trainer in a %s, pauses, resumes, quits, and goes on to its end',
  { timeout: 300_000 },
  async (host) => {
    const env = { MIDBENCH_TRAINER_HOST: host }
    const app = await launchApp({ env })
    const window = new AppPage(app.page)

    await window.open('Train')
    await window.main.getByLabel('num_iterations', { exact: true }).fill(String(STEPS))
    await window.main.getByLabel('num_iterations', { exact: true }).press('Enter')
    await window.button('Start').click()
    const compiling = app.page.getByRole('banner').getByTestId('state-seconds')
    await compiling.waitFor({ timeout: 60_000 })
    expect(await compiling.innerText()).toMatch(/^\d+ s$/)
    await window.reachStep(1)
    const early = await window.loss()
    await window.reachStep(15)
    const later = await window.loss()
    if (host === 'thread') expect(leastNiceness(app, 'tf_Compute')).toBeGreaterThanOrEqual(5)
    expect(early).toBeGreaterThan(6)
    expect(later).toBeLessThan(early - 2)

    await window.button('Pause').click()
    await window.button('Resume').waitFor()
    const paused = await window.step()
    await window.open('Settings')
    await window.main.getByRole('region', { name: 'Trainer' }).waitFor()
    await window.open('Train')
    expect(await window.step()).toBe(paused)
    expect(await plannedTime(window)).toMatch(/\d+ s as last timed$/)

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
    await after.state('done').waitFor({ timeout: 120_000 })

    const store = RunStore.open(storeFile(app.home))
    const [run] = store.list()
    const metrics = store.steps(run?.id ?? '', 0)
    const steps = metrics.map((metric) => metric.step)
    const evals = store.evals(run?.id ?? '', 0).map((evaluation) => evaluation.step)
    const log = store.log(run?.id ?? '', 1000).map((line) => line.text)
    store.close()
    expect(steps).toEqual(Array.from({ length: STEPS }, (_, index) => index + 1))
    expect(evals).toEqual([0, STEPS])
    expect(run?.checkpoints).toContain(STEPS)
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

/**
 * Of the main process's threads with this name: 0 as programs are started, more for those that let others go first. So
 * the window stays quick while TensorFlow computes.
 */
function leastNiceness({ electron }: LaunchedApp, name: string): number {
  const tasks = `/proc/${String(electron.process().pid)}/task`
  const stats = readdirSync(tasks).map((task) => readFileSync(`${tasks}/${task}/stat`, 'utf8'))
  const named = stats.filter((stat) => stat.includes(`(${name})`))
  expect(named).not.toHaveLength(0)
  return Math.min(...named.map((stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])))
}
