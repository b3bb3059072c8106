/**
 * `npm run bench:curves -- [--runs N] [--steps N] [--home DIR]`: frames a second of the built window while it compares
 * runs of many steps: pointed at, zoomed by the wheel, and smoothed anew. By default 8 runs of 100,000 steps. They are
 * written into DIR, and found there the next time; without it they are written anew, which takes a while.
 *
 * Prints one JSON object: what each took, and of its frames the median and the slowest tenth in milliseconds. A machine
 * that is busy otherwise draws fewer: give it the processor (`chrt -r 1`).
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { _electron, type Page } from 'playwright-core'

import { RunStore, storeFile } from '../src-main/runs/store'
import { appCommand, appEnvironment } from '../tests/support/launch-app'
import { sampleRun, sampleStep } from '../tests/support/run-samples'
import { buildIfStale } from './build'
import { commandArguments, runCommandLine } from './command'
import { withVirtualDisplay } from './xvfb'

const SLICE = 5000
/** Until a run is read and drawn, on a machine that may be busy. */
const WAIT_MS = 300_000

function fill(home: string, runs: number, steps: number): void {
  const store = RunStore.open(storeFile(home))
  for (let run = 1; run <= runs; run++) {
    const id = `run-${String(run)}`
    store.create(sampleRun({ id, name: `curve ${String(run)}`, state: 'done', total_steps: steps }))
    for (let from = 1; from <= steps; from += SLICE) {
      const numbers = Array.from({ length: Math.min(SLICE, steps - from + 1) }, (_, at) => from + at)
      store.appendSteps(
        id,
        numbers.map((step) => noisy(step, run)),
      )
    }
  }
  store.close()
}

/** A step whose losses and norms fall and jitter, with a spike now and then. */
function noisy(step: number, run: number): ReturnType<typeof sampleStep> {
  const jitter = Math.abs(Math.sin(step * 12.9898 + run) * 43758.5453) % 1
  const loss = 1.6 + (9 + run / 5) / Math.sqrt(step + 1) + 0.5 * jitter + (step % 9973 === 0 ? 4 : 0)
  return { ...sampleStep(step), loss, loss_last_micro: loss, loss_ema: loss, grad_norm: 1 + jitter }
}

interface Frames {
  frames_per_s: number
  median_ms: number
  slowest_tenth_ms: number
}

/** Frames of the page while something is done to it. */
async function frames(page: Page, act: () => Promise<void>): Promise<Frames> {
  await page.evaluate(`{
    window.drawn = []
    const next = (at) => { window.drawn?.push(at); if (window.drawn) requestAnimationFrame(next) }
    requestAnimationFrame(next)
  }`)
  await act()
  const times: number[] = await page.evaluate('{ const seen = window.drawn; window.drawn = null; seen }')
  const apart = times.slice(1).map((at, index) => at - (times[index] ?? at))
  apart.sort((a, b) => a - b)
  const at = (share: number): number =>
    Number((apart[Math.floor(share * (apart.length - 1))] ?? NaN).toFixed(1))
  const whole = (times.at(-1) ?? NaN) - (times[0] ?? NaN)
  return {
    frames_per_s: Number(((1000 * apart.length) / whole).toFixed(1)),
    median_ms: at(0.5),
    slowest_tenth_ms: at(0.9),
  }
}

async function compared(page: Page, runs: number): Promise<{ shown_s: number }> {
  await page.getByRole('navigation').getByText('Runs', { exact: true }).click()
  const ticks = page.locator('tbody input[type=checkbox]')
  await ticks.nth(runs - 1).waitFor()
  const began = performance.now()
  for (let run = 0; run < runs; run++) await ticks.nth(run).check({ timeout: WAIT_MS })
  await page
    .getByRole('img', { name: new RegExp(`^Loss:.*\\b${String(runs)} [\\d.]+$`) })
    .waitFor({ timeout: WAIT_MS })
  return { shown_s: Number(((performance.now() - began) / 1000).toFixed(1)) }
}

async function measure(page: Page, runs: number): Promise<object> {
  const { shown_s } = await compared(page, runs)
  await page.waitForTimeout(2000)
  const box = await page.getByRole('img', { name: /^Loss:/ }).boundingBox()
  if (!box) throw new Error('the chart is not in sight')
  const [across, middle] = [(share: number): number => box.x + box.width * share, box.y + box.height / 2]
  const pointed = await frames(page, async () => {
    for (let at = 0; at < 150; at++) await page.mouse.move(across(0.2 + (0.6 * (at % 50)) / 50), middle)
  })
  const zoomed = await frames(page, async () => {
    for (let at = 0; at < 150; at++) {
      await page.mouse.wheel(0, at % 50 < 25 ? -20 : 20)
      await page.waitForTimeout(16)
    }
  })
  const slider = page.getByLabel('Smoothing')
  const smoothed = await frames(page, async () => {
    for (let at = 1; at <= 20; at++) await slider.fill(String(at * 10))
  })
  return { shown_s, pointed, zoomed, smoothed }
}

await runCommandLine(async () => {
  const { values } = parseArgs({
    args: commandArguments.filter((argument) => argument !== '--'),
    options: {
      runs: { type: 'string', default: '8' },
      steps: { type: 'string', default: '100000' },
      home: { type: 'string' },
    },
  })
  const [runs, steps] = [Number(values.runs), Number(values.steps)]
  await buildIfStale()
  const home = values.home ?? mkdtempSync(join(tmpdir(), 'midbench-curves-'))
  if (!existsSync(storeFile(home))) fill(home, runs, steps)
  try {
    const shown = process.env['DISPLAY']
    const of = (display: string): Promise<object> => measureOn(display, home, runs)
    const measured = shown === undefined ? await withVirtualDisplay(of) : await of(shown)
    process.stdout.write(`${JSON.stringify({ runs, steps, ...measured })}\n`)
    return 0
  } finally {
    if (values.home === undefined) rmSync(home, { recursive: true, force: true })
  }
})

async function measureOn(display: string, home: string, runs: number): Promise<object> {
  const { executable, args } = appCommand()
  const env = { ...appEnvironment(home), DISPLAY: display }
  const app = await _electron.launch({ executablePath: executable, args, env })
  try {
    const page = await app.firstWindow()
    await page.waitForLoadState('load')
    return await measure(page, runs)
  } finally {
    await app.close()
  }
}
