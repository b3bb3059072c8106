import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { readLicences } from '../../../../src-main/services/licences'
import { projectDir } from '../../../../src-main/native/paths'

describe('readLicences', () => {
  it('names every package whose code runs in the app, with version and licence', async () => {
    const project = projectDir()
    const licences = await readLicences(join(project, 'package.json'), join(project, 'node_modules'))
    const names = licences.map((each) => each.name)
    expect(names).toEqual(
      expect.arrayContaining(['electron', 'vue', 'zod', 'libsql', '@tensorflow/tfjs-core']),
    )
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)))
    for (const name of ['vitest', '@zip.js/zip.js']) expect(names).not.toContain(name)
    for (const { version, licence } of licences) {
      expect(version).toMatch(/^\d+\.\d+/)
      expect(licence).toMatch(/MIT|Apache-2.0|BSD|ISC|OFL-1.1/)
    }
  })

  it('leaves out a package that is not installed', async () => {
    expect(await readLicences(join(projectDir(), 'package.json'), '/nowhere')).toEqual([])
  })
})
