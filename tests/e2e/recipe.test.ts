/**
 * Recipe sft in a real window: a nanochat folder of today is opened, what it says is inherited and shown as such, an option
 * is given and put back, and a run leaves its result where that nanochat finds it, and goes on to be talked to and measured.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Locator } from 'playwright-core'
import { expect, it } from 'vitest'

import { resize, setTheme } from '../support/app-control'
import { AppPage, until } from '../support/app-page'
import { goldenSftFolder } from '../support/golden-sft'
import { launchApp } from '../support/launch-app'
import { sftMixture } from '../support/sft-mixture'
import { temporaryFolder } from '../support/temporary-folder'

/** A data folder whose project is a config of recipe mid over a copy of the golden folder. */
function prepared(): { home: string; base: string; path: string } {
  const folder = temporaryFolder()
  const [home, base, path] = [join(folder, 'home'), join(folder, 'nanochat'), join(folder, 'today.json')]
  mkdirSync(home)
  cpSync(goldenSftFolder, base, { recursive: true })
  const config = { base_dir: base, dtype: 'float32', engine: 'eager', eval_tokens: 5120, mixture: sftMixture }
  writeFileSync(path, JSON.stringify({ ...config, num_iterations: 3 }))
  const project = { path, modified: false, config: { ...config, num_iterations: 3 } }
  writeFileSync(join(home, 'project.json'), JSON.stringify(project))
  return { home, base, path }
}

const kept = z.looseObject({ config: z.looseObject({ max_seq_len: z.number().optional() }) })

it('is chosen, inherits from the base, and leaves its result in chatsft_checkpoints', async () => {
  const { home, base } = prepared()
  const app = await launchApp({ home })
  const window = new AppPage(app.page)
  await window.button('Start').waitFor()
  await window.open('Train')
  const option = (name: string): Locator => window.main.locator(`[data-option="${name}"]`)
  const valueOf = (name: string): Promise<string> => option(name).getByRole('textbox').inputValue()
  expect(await valueOf('max_seq_len')).toBe('2048')

  await window.main.getByRole('radio', { name: 'SFT (today’s nanochat)' }).click()
  await option('max_seq_len').getByText('from the base').waitFor()
  expect(await valueOf('max_seq_len')).toBe('256')
  expect(await valueOf('total_batch_size')).toBe('1024')
  expect(await valueOf('init_lr_frac')).toBe('0.8')
  expect(await option('max_seq_len').getByText('from the base').getAttribute('title')).toContain(
    join(base, 'base_checkpoints/d3/meta_000060.json'),
  )
  await window.main.getByText('Warm start with the optimizer file of the base checkpoint d3').waitFor()
  for (const theme of ['light', 'dark'] as const) {
    for (const size of [
      { width: 1280, height: 800 },
      { width: 1920, height: 1080 },
    ]) {
      await setTheme(app, theme)
      await resize(app, size)
      await window.picture(`recipe-sft-${theme}-${String(size.width)}`)
    }
  }

  await option('max_seq_len').getByRole('textbox').fill('128')
  await option('max_seq_len').getByRole('button', { name: 'base 256' }).click()
  await option('max_seq_len').getByText('from the base').waitFor()
  const given = (): number | undefined =>
    kept.parse(JSON.parse(readFileSync(join(home, 'project.json'), 'utf8'))).config.max_seq_len
  await until(
    () => Promise.resolve(given()),
    (value) => value === undefined,
    10_000,
    'max_seq_len not given',
  )

  await window.button('Start').click()
  await until(
    () => Promise.resolve(existsSync(join(base, 'chatsft_checkpoints/d3/model_000003.pt'))),
    (there) => there,
    120_000,
    'the result',
  )
  await window.action('Talk to it').click()
  await window.action(/^Asked model: today/).waitFor()
  expect(await window.main.getByText('This model cannot be asked').count()).toBe(0)
  await window.open('Train')
  await window.action('Measure it').click()
  await window.main.getByRole('region', { name: 'Checkpoints' }).getByText('chatsft_checkpoints').waitFor()
}, 240_000)
