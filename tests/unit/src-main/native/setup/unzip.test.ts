import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { TextReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js'
import { describe, expect, it } from 'vitest'

import { unzip } from '../../../../../src-main/native/setup/unzip'
import { temporaryFolder } from '../../../../support/temporary-folder'

async function zipOf(files: Record<string, { text: string; mode?: number }>): Promise<string> {
  const writer = new ZipWriter(new Uint8ArrayWriter())
  for (const [name, { text, mode = 0o644 }] of Object.entries(files)) {
    await writer.add(name, new TextReader(text), { unixMode: 0o100000 | mode })
  }
  const path = join(temporaryFolder(), 'archive.zip')
  writeFileSync(path, await writer.close())
  return path
}

describe('unzip', () => {
  it('writes chosen entries where they are placed, with their executable bits', async () => {
    const archive = await zipOf({
      'a/library.so': { text: 'library' },
      'a/tool': { text: 'tool', mode: 0o755 },
      'b/left-out.py': { text: 'python' },
    })
    const target = temporaryFolder()
    const files = await unzip(archive, target, (name) => (name.startsWith('a/') ? name.slice(2) : undefined))
    expect(files).toBe(2)
    expect(readdirSync(target).sort()).toEqual(['library.so', 'tool'])
    expect(readFileSync(join(target, 'library.so'), 'utf8')).toBe('library')
    expect(statSync(join(target, 'tool')).mode & 0o111).toBe(0o111)
    expect(statSync(join(target, 'library.so')).mode & 0o111).toBe(0)
  })

  it('refuses an entry that would leave the target', async () => {
    const archive = await zipOf({ 'aa/outside': { text: 'x' } })
    const bytes = readFileSync(archive)
    const patched = Buffer.from(bytes.toString('latin1').replaceAll('aa/outside', '../outside'), 'latin1')
    writeFileSync(archive, patched)
    await expect(unzip(archive, temporaryFolder(), (name) => name)).rejects.toThrow(/invalid relative path/)
  })

  it('refuses a truncated archive', async () => {
    const archive = await zipOf({ file: { text: 'x'.repeat(1000) } })
    writeFileSync(archive, readFileSync(archive).subarray(0, -30))
    await expect(unzip(archive, temporaryFolder(), (name) => name)).rejects.toThrow()
  })
})
