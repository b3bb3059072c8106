import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { DuplicateSearch, type Searched } from '../../../../src-main/packing/duplicate-search'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'
import { madeMixture, said } from '../data/duplicates/conversations'

function searched(...texts: string[]): Searched {
  const folder = temporaryFolder()
  vi.stubEnv('HF_HUB_CACHE', join(folder, 'hub'))
  onTestFinished(() => void vi.unstubAllEnvs())
  return {
    config: { train: [], val: [] },
    locations: { baseDir: folder, configDir: folder, cacheDir: join(folder, 'cache') },
    train: madeMixture({ conversations: texts.map((text) => said(text)) }),
    val: null,
  }
}

/** What a search is called with; each report of its progress calls back. */
const reporting = (progress: () => void) => ({ signal: new AbortController().signal, progress })

it('keeps what the last search found until it is closed', async () => {
  const search = new DuplicateSearch()
  const context = reporting(() => undefined)
  await search.run(searched('one text', 'one text'), context)
  await search.run(searched('one text', 'one text', 'one text'), context)
  expect(search.results().summary()).toMatchObject({ train: 3 })
  await search.close()
  expect((await failureOf(() => search.results())).code).toBe('duplicates.not-found')
})

it('keeps nothing of a search that ends after its mixture was closed', async () => {
  const search = new DuplicateSearch()
  let closed: Promise<void> | undefined
  const context = reporting(() => void (closed ??= search.close()))
  const failure = await failureOf(() => search.run(searched('one text', 'one text'), context))
  await closed
  expect(failure.code).toBe('duplicates.not-found')
  expect((await failureOf(() => search.results())).code).toBe('duplicates.not-found')
})
