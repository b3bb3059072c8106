import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readTokenBytes } from '../../../../src-main/tokenizer/token-bytes'
import { failureOf } from '../../../support/failure'
import { goldenPath } from '../../../support/golden'
import { temporaryFolder } from '../../../support/temporary-folder'

const GOLDEN = goldenPath('nanochat_base/tokenizer/token_bytes.pt')

/** The golden file with the first occurrence of some bytes replaced by as many others. */
function patched(from: string, to: string): string {
  const bytes = readFileSync(GOLDEN)
  const at = bytes.indexOf(from, 0, 'latin1')
  bytes.write(to, at, 'latin1')
  const path = join(temporaryFolder(), 'token_bytes.pt')
  writeFileSync(path, bytes)
  return path
}

it('refuses a vector of another length than the vocabulary', async () => {
  const failure = await failureOf(() => readTokenBytes(GOLDEN, 724))
  expect(failure.code).toBe('tokenizer.invalid')
  expect(failure.message).toContain('724')
})

it('refuses another element type', async () => {
  const failure = await failureOf(() => readTokenBytes(patched('IntStorage', 'ByteStorag'), 723))
  expect(failure.code).toBe('pickle.refused')
  expect(failure.message).toContain('torch.ByteStorag')
})

it('refuses another function in place of the tensor', async () => {
  const failure = await failureOf(() =>
    readTokenBytes(patched('_rebuild_tensor_v2', '_rebuild_tensor_v9'), 723),
  )
  expect(failure.message).toContain('torch._utils._rebuild_tensor_v9')
})

it('refuses big-endian data', async () => {
  const failure = await failureOf(() => readTokenBytes(patched('little', 'bigend'), 723))
  expect(failure.message).toContain('byte order')
})
