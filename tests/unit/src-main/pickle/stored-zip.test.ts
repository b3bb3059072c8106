import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BlobReader, BlobWriter, ZipWriter } from '@zip.js/zip.js'
import { describe, expect, it } from 'vitest'
import { openStoredZip } from '../../../../src-main/pickle/stored-zip'
import { failureOf } from '../../../support/failure'
import { goldenPath, readGolden } from '../../../support/golden'
import { temporaryFolder } from '../../../support/temporary-folder'
import { z } from 'zod'

const TOKEN_BYTES = goldenPath('nanochat_base/tokenizer/token_bytes.pt')

interface ZipOptions {
  level: number
  zip64?: boolean
  password?: string
}

async function writeZip(contents: Record<string, string>, options: ZipOptions): Promise<string> {
  const zip = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...options })
  for (const [name, text] of Object.entries(contents)) await zip.add(name, new BlobReader(new Blob([text])))
  const path = join(temporaryFolder(), 'a.zip')
  writeFileSync(path, new Uint8Array(await (await zip.close()).arrayBuffer()))
  return path
}

function writeBytes(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), 'a.zip')
  writeFileSync(path, bytes)
  return path
}

describe('openStoredZip', () => {
  it('reads entries of a file that torch wrote, whole and in part', async () => {
    const { token_bytes } = readGolden('token_bytes.json', z.object({ token_bytes: z.array(z.number()) }))
    const zip = await openStoredZip(TOKEN_BYTES)
    const entry = zip.entries.get('token_bytes/data/0')
    if (entry === undefined) throw new Error('no data')
    expect(entry.size).toBe(4 * token_bytes.length)
    const data = await zip.read(entry)
    expect([...new Int32Array(Uint8Array.from(data).buffer)]).toEqual(token_bytes)
    expect(await zip.read(entry, 4, 8)).toEqual(data.subarray(4, 12))
    expect((await zip.contentOffset(entry)) % 64).toBe(0)
    expect((await failureOf(() => zip.read(entry, entry.size, 1))).code).toBe('zip.refused')
    await zip.close()
  })

  it('reads zip64 records', async () => {
    const path = await writeZip({ 'a/one': 'first', 'a/two': 'second' }, { level: 0, zip64: true })
    const zip = await openStoredZip(path)
    const entry = zip.entries.get('a/two')
    if (entry === undefined) throw new Error('no entry')
    expect(new TextDecoder().decode(await zip.read(entry))).toBe('second')
    await zip.close()
  })

  it('refuses compressed entries by name', async () => {
    const path = await writeZip({ 'a/one': 'x'.repeat(1000) }, { level: 9 })
    const failure = await failureOf(() => openStoredZip(path))
    expect(failure.message).toContain('a/one is compressed')
    expect(failure.message).toContain(path)
  })

  it('refuses encrypted entries by name', async () => {
    const path = await writeZip({ 'a/one': 'x' }, { level: 0, password: 'p' })
    expect((await failureOf(() => openStoredZip(path))).message).toContain('a/one is encrypted')
  })

  it('refuses what is no zip file, and cut ones', async () => {
    const whole = readFileSync(TOKEN_BYTES)
    const texts = [Buffer.from('hello'), whole.subarray(0, 2000), whole.subarray(1000)]
    for (const bytes of texts) {
      expect((await failureOf(() => openStoredZip(writeBytes(bytes)))).code).toBe('zip.refused')
    }
  })

  it('lets a missing file be one', async () => {
    await expect(openStoredZip(join(temporaryFolder(), 'none.pt'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
