/** A run store for one test, closed after it. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

import { RunStore } from '../../src-main/runs/store'
import { temporaryFolder } from './temporary-folder'

/** @param file @default a new one, in a folder that is not there yet */
export function openStore(file = join(temporaryFolder(), 'sub', 'runs.db')): {
  store: RunStore
  file: string
} {
  const store = RunStore.open(file)
  onTestFinished(() => store.close())
  return { store, file }
}
