/** A number of threads that would end TensorFlow, stored by an earlier version or on a larger machine, ends nothing. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { describeThreads } from '../../src-main/thread-count'
import { AppPage } from '../support/app-page'
import { launchApp } from '../support/launch-app'
import { openInFolder, smallConfig } from '../support/small-project'
import { temporaryFolder } from '../support/temporary-folder'

it('a billion stored threads are brought down to the processors: a run trains, and the field takes no more', async () => {
  const home = temporaryFolder()
  mkdirSync(home, { recursive: true })
  openInFolder(home, smallConfig())
  const settings = { theme: 'system', base_dir: null, threads: 1_000_000_000 }
  writeFileSync(join(home, 'settings.json'), JSON.stringify(settings))
  const { page } = await launchApp({ home })
  const window = new AppPage(page)
  await window.button('Start').click()
  await window.reachStep(2)
  await window.open('Settings')
  await window.main
    .getByText(`CPU, ${describeThreads(availableParallelism())}`)
    .first()
    .waitFor()
  const field = window.main.getByRole('textbox', { name: 'Threads' })
  expect(await field.inputValue()).toBe(String(availableParallelism()))
  await field.fill('1000000000')
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true')
  await window.picture('threads-refused')
})
