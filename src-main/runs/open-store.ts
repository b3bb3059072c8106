/**
 * Opens a data folder's run store, whatever has become of its file. A damaged file is set aside, never removed; where
 * the file is damaged or gone, the store is rebuilt from the folders of the runs. Both are reported.
 */
import { existsSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { ensureFolderSync } from '../files/ensure-folder'
import { toFailure } from '../errors'
import { holding } from '../files/lock'
import { restoreRuns, runFolders } from './restore-runs'
import { RunStore, storeFile } from './store'
import { storeDamage } from './store-damage'

export interface OpenedStore {
  store: RunStore
  /** What was wrong and what was done about it, to be shown; usually empty. */
  notes: string[]
}

/**
 * @param dataDir holds the store, and the runs in its folder `runs`
 * @throws MidbenchError `store.unreadable` where the file cannot be opened or written, `store.newer`
 */
export async function openRunStore(dataDir: string): Promise<OpenedStore> {
  const file = storeFile(dataDir)
  const sound = await openSound(file, dataDir)
  if (sound.store !== null) return { store: sound.store, notes: [] }
  ensureFolderSync(dataDir)
  // Where several processes find the store damaged, one mends it.
  return holding(`${file}.mending`, {}, async () => {
    const again = await openSound(file, dataDir)
    if (again.store !== null) return { store: again.store, notes: [] }
    return makeAgain(file, dataDir, again.damage)
  })
}

/** The store, where its file is sound or is to be made anew; else what is wrong, or null where it is gone. */
async function openSound(
  file: string,
  dataDir: string,
): Promise<{ store: RunStore } | { store: null; damage: string | null }> {
  if (isEmpty(file) && runFolders(dataDir).length > 0) return { store: null, damage: null }
  const damage = await storeDamage(file)
  if (damage !== null) return { store: null, damage }
  const store = RunStore.open(file)
  const fault = faultOfRows(store)
  if (fault === null) return { store }
  store.close()
  return { store: null, damage: fault }
}

/** What keeps runs from being read from a file that is itself sound; null where nothing does. */
function faultOfRows(store: RunStore): string | null {
  try {
    store.requireReadable()
    return null
  } catch (error) {
    return `a run in it cannot be read: ${toFailure(error).message}`
  }
}

async function makeAgain(file: string, dataDir: string, damage: string | null): Promise<OpenedStore> {
  const aside = setAside(file)
  const store = RunStore.open(file)
  const { restored, faults } = await restoreRuns(store, dataDir)
  const runs = restored === 1 ? 'one run' : `${String(restored)} runs`
  const what =
    damage === null
      ? `The run store ${file} was not there.`
      : `The run store ${file} was damaged (${damage}); it is kept as ${aside}.`
  const made =
    `It was made again from the folders of ${runs} in ${join(dataDir, 'runs')}: options, logs and checkpoints are there, ` +
    'so that they can be resumed; the curves of before are not.'
  return { store, notes: [`${what} ${made}`, ...faults] }
}

/** Moves its companion files too: a write-ahead log left behind would be taken for the new store's. */
function setAside(file: string): string {
  const aside = `${file}.damaged-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(`${file}${part}`)) renameSync(`${file}${part}`, `${aside}${part}`)
  }
  return aside
}

function isEmpty(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0
}
