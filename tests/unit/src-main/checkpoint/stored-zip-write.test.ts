import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Sink } from '../../../../src-main/files/sink'
import { StoredZipWriter } from '../../../../src-main/checkpoint/stored-zip-write'
import { openStoredZip } from '../../../../src-main/pickle/stored-zip'
import { temporaryFolder } from '../../../support/temporary-folder'

it('writes zip64 fields for what lies beyond 4 GB', async () => {
  const path = join(temporaryFolder(), 'far.zip')
  const file = await open(path, 'w')
  // The file begins with a hole, which takes no disk: the first entry's header lies below 4 GB, the others' above.
  let position = 2 ** 32 - 1000
  const sink: Sink = {
    get position() {
      return position
    },
    async write(bytes) {
      await file.write(bytes, 0, bytes.length, position)
      position += bytes.length
    },
  }
  const zip = new StoredZipWriter(sink)
  const contents = ['below', 'x'.repeat(2000), 'above'].map((text) => new TextEncoder().encode(text))
  for (const [i, bytes] of contents.entries()) await zip.add(`entry ${String(i)}`, bytes.length, [bytes])
  await zip.finish()
  await file.close()

  const read = await openStoredZip(path)
  expect(read.entries.get('entry 2')?.headerOffset).toBeGreaterThan(2 ** 32)
  for (const [i, bytes] of contents.entries()) {
    const entry = read.entries.get(`entry ${String(i)}`)
    if (entry === undefined) throw new Error('missing')
    expect(Buffer.from(await read.read(entry)).equals(bytes)).toBe(true)
    expect((await read.contentOffset(entry)) % 64).toBe(0)
  }
  await read.close()
})
