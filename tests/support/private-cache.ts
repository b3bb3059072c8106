/** A cache folder of a test file's own, in place of the user's. */
import { afterAll, beforeAll } from 'vitest'

import { keptFolder } from './temporary-folder'

/**
 * Points MIDBENCH_CACHE at an empty folder while the tests of the file run.
 * @returns that folder
 */
export function privateCache(): string {
  const folder = keptFolder()
  const before = process.env['MIDBENCH_CACHE']
  beforeAll(() => {
    process.env['MIDBENCH_CACHE'] = folder
  })
  afterAll(() => {
    if (before === undefined) delete process.env['MIDBENCH_CACHE']
    else process.env['MIDBENCH_CACHE'] = before
  })
  return folder
}
