import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { readTextFile } from '../../../../src-main/files/text-file'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

function file(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'text')
  writeFileSync(path, content)
  return path
}

it('reads UTF-8, and no byte order mark as part of it', async () => {
  expect(await readTextFile(file('ä\n'))).toBe('ä\n')
  expect(await readTextFile(file('\ufeff{"a": "\ufeff"}'))).toBe('{"a": "\ufeff"}')
  expect((await failureOf(() => readTextFile(file('')))).code).toBe('file.empty')
})

it('says what another encoding is', async () => {
  const utf16 = file(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('{}', 'utf16le')]))
  expect(await failureOf(() => readTextFile(utf16))).toMatchObject({
    code: 'file.not-utf8',
    message: `${utf16} is UTF-16.`,
  })
  expect((await failureOf(() => readTextFile(file(Uint8Array.of(0x41, 0xe4, 0x42))))).code).toBe(
    'file.not-utf8',
  )
})

it('does not read what is far too large for a text', async () => {
  const path = file('')
  truncateSync(path, 2 ** 40)
  expect(await failureOf(() => readTextFile(path))).toMatchObject({ code: 'file.too-large' })
})
