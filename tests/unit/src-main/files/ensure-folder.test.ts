import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { ensureFolder, ensureFolderSync } from '../../../../src-main/files/ensure-folder'
import { temporaryFolder } from '../../../support/temporary-folder'

/** Both forms, as one that answers later. */
const forms: [string, (path: string) => Promise<void>][] = [
  ['waiting', ensureFolder],
  ['at once', async (path) => ensureFolderSync(path)],
]

describe.each(forms)('a folder that is made, %s', (_, ensure) => {
  it('is there with those above it, also where it was', async () => {
    const path = join(temporaryFolder(), 'a', 'b', 'c')
    await ensure(path)
    await ensure(path)
    expect(existsSync(path)).toBe(true)
  })

  it('is refused where a file is in the way, or above it', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    await expect(ensure(join(folder, 'file'))).rejects.toThrow('EEXIST')
    await expect(ensure(join(folder, 'file', 'a', 'b'))).rejects.toThrow('ENOTDIR')
  })

  it('is refused where a link leads nowhere', async () => {
    const link = join(temporaryFolder(), 'link')
    symlinkSync('nowhere', link)
    await expect(ensure(link)).rejects.toThrow('EEXIST')
    await expect(ensure(join(link, 'a'))).rejects.toThrow('EEXIST')
  })

  // Node's own recursive mkdir does not come back from this.
  it('is refused where the file system makes none', async () => {
    await expect(ensure('/proc/nowhere/a')).rejects.toThrow('ENOENT')
  })

  it('is made by several at once, also where its folders come to be and go', async () => {
    const [above, path] = [join(temporaryFolder(), 'a'), join('b', 'c')]
    for (let round = 0; round < 200; round++) {
      await Promise.all([ensure(join(above, path)), ensure(join(above, path)), ensure(join(above, 'b'))])
      await Promise.all([ensure(join(above, 'd')), rmdir(join(above, 'd')).catch(() => undefined)])
      await rm(above, { recursive: true })
    }
  })

  it('is made by many at once', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'a'))
    const path = join(folder, 'a', 'b', 'c', 'd')
    await Promise.all(Array.from({ length: 8 }, () => ensure(path)))
    expect(existsSync(path)).toBe(true)
  })
})
