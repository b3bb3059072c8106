import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { freeBytes, requireSpace } from '../../../../../src-main/native/setup/disk-space'
import { containing } from '../../../../support/containing'
import { temporaryFolder } from '../../../../support/temporary-folder'

describe('freeBytes', () => {
  it('looks at the disk that will hold a folder which is not there yet', () => {
    const folder = temporaryFolder()
    const free = freeBytes(join(folder, 'not', 'there'))
    expect(free).toBeGreaterThan(0)
    expect(Math.abs(free - freeBytes(folder))).toBeLessThan(1e9)
  })
})

describe('requireSpace', () => {
  it('refuses with both figures and what to do', () => {
    expect(() => {
      requireSpace('/cache', 1_400_000_000, 'TensorFlow', 200_000_000)
    }).toThrow(
      expect.objectContaining({
        code: 'disk.full',
        message: 'TensorFlow needs 1400 MB in /cache, where 200 MB are free.',
        remedy: containing('MIDBENCH_CACHE'),
      }),
    )
  })

  it('refuses on a real disk what cannot fit', () => {
    expect(() => {
      requireSpace(temporaryFolder(), Number.MAX_SAFE_INTEGER, 'Everything')
    }).toThrow(expect.objectContaining({ code: 'disk.full' }))
  })

  it('is content with exactly enough', () => {
    requireSpace('/cache', 5, 'A file', 5)
  })
})
