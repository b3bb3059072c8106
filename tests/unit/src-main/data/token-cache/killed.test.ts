import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openMixture } from '../../../../../src-main/data/mixture'
import { TokenSource } from '../../../../../src-main/data/token-cache/token-source'
import { tokensOf } from '../../../../../src-main/data/render-source'
import { renderConversation } from '../../../../../src-main/tokenizer/render'
import { loadTokenizer } from '../../../../../src-main/tokenizer/tokenizer'
import { goldenPath } from '../../../../support/golden'
import { goldenTokenizerDir } from '../../../../support/golden-mixture'
import { temporaryFolder } from '../../../../support/temporary-folder'

const FILLER = fileURLToPath(new URL('../../../../support/token-filler.ts', import.meta.url))
const BASE = goldenPath('nanochat_base')
const ROWS = 400_000

/** Fills until it is killed this long after it began; whether it was still at it. */
async function fillAndKill(cacheDir: string, afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, ['--import', 'tsx', FILLER, cacheDir, BASE, String(ROWS)])
  await once(child.stdout, 'data')
  const ended = once(child, 'exit')
  await setTimeout(afterMs)
  child.kill('SIGKILL')
  const [, signal] = await ended
  return signal === 'SIGKILL'
}

it('leaves nothing wrong behind when it is killed at any time, and goes on from there', async () => {
  const cacheDir = temporaryFolder()
  const tokenizer = await loadTokenizer(goldenTokenizerDir)
  const mixture = await openMixture([{ task: 'SimpleSpelling', split: 'train', size: ROWS }], {
    baseDir: BASE,
    configDir: BASE,
    cacheDir,
  })
  const missing: number[] = []
  for (const afterMs of [10, 300, 700]) {
    expect(await fillAndKill(cacheDir, afterMs)).toBe(true)
    const source = new TokenSource(mixture, tokenizer, cacheDir)
    missing.push(source.missing().length)
    for (let i = 0; i < 2000; i++) {
      const expected = tokensOf(renderConversation(tokenizer, await mixture.conversation(i)))
      const { ids, stretches } = await source.tokens(i)
      expect([ids.join(), stretches.join()]).toEqual([expected.ids.join(), expected.stretches.join()])
    }
    source.close()
  }
  expect(missing).toEqual(missing.toSorted((a, b) => b - a))
  await mixture.close()
})
