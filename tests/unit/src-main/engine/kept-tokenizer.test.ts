/** One tokenizer is kept, and one that could not be read is tried again. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { KeptTokenizer } from '../../../../src-main/engine/kept-tokenizer'
import { failureOf } from '../../../support/failure'
import { goldenTokenizerDir } from '../../../support/golden-mixture'
import { temporaryFolder } from '../../../support/temporary-folder'

test('it is read once for all who ask, and again where it was missing', async () => {
  const kept = new KeptTokenizer()
  const dir = join(temporaryFolder(), 'tokenizer')
  expect((await failureOf(() => kept.of(dir))).code).toBe('tokenizer.missing')
  cpSync(goldenTokenizerDir, dir, { recursive: true })
  const [one, same] = await Promise.all([kept.of(dir), kept.of(dir)])
  expect(one.vocabSize).toBe(723)
  expect(same === one).toBe(true)
  const other = await kept.of(goldenTokenizerDir)
  expect(other === one).toBe(false) // toBe would compare all of both
  expect(other.fingerprint).toBe(one.fingerprint)
})
