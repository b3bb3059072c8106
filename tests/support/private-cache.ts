/** A cache folder of a test file's own, in place of the user's. */
import { readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

import { cacheDir } from '../../src-main/native/paths'

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

/** Fills a folder with what set-up has installed in the user's cache, and with no self-test. @returns the folder */
export function linkInstalled(folder: string): string {
  for (const name of readdirSync(cacheDir())) {
    if (name !== 'self-tests') symlinkSync(join(cacheDir(), name), join(folder, name))
  }
  return folder
}
