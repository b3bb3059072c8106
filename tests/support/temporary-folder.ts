/** Folders for tests, removed afterwards. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, onTestFinished } from 'vitest'

/** A folder of its own for the test that asks for one. */
export function temporaryFolder(): string {
  const folder = makeFolder()
  onTestFinished(() => remove(folder))
  return folder
}

/** A folder for all tests of a file. */
export function keptFolder(): string {
  const folder = makeFolder()
  afterAll(() => remove(folder))
  return folder
}

function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'midbench-test-'))
}

/** The helpers of an app that was killed write for a moment longer, so a folder that fills again is tried again. */
async function remove(folder: string): Promise<void> {
  const last = performance.now() + 10_000
  for (;;) {
    try {
      rmSync(folder, { recursive: true, force: true })
      return
    } catch (error) {
      if (performance.now() > last) throw error
      await setTimeout(100)
    }
  }
}
