/** Information about the app and the machine: versions, licences, doctor, folders, hub. */
import { resolve } from 'node:path'

import { app, shell } from 'electron'

import { hubCacheDir, hubOrigins } from '../data/hub/hub-env'
import { doctor } from '../native/doctor'
import { findLibrary } from '../native/installation'
import { cacheDir } from '../native/paths'
import { baseDirOf } from '../config/config'
import { readLicences } from '../services/licences'
import type { About } from '../services/shell'
import type { Services } from '../services/workbench'

/** The answers to the `app.*` calls. */
export function aboutApp({ files, project, runs, settings }: Services): About {
  const baseDir = (): string => {
    const { config, dir } = project.current
    return baseDirOf(config, dir, settings.current.base_dir)
  }
  return {
    info: async () => ({
      version: app.getVersion(),
      electron: process.versions.electron,
      node: process.versions.node,
      chrome: process.versions.chrome,
      tensorflow: tensorflowVersion(),
      platform: `${process.platform} ${process.arch}`,
      licences: await readLicences(files.packageJson, files.packages),
    }),
    doctor,
    folders: () => [
      { label: 'Data', path: files.person.folder },
      { label: 'nanochat', path: baseDir() },
      { label: 'Cache', path: cacheDir() },
    ],
    hub: () => hubOrigins(),
    revealable: () => [
      files.person.folder,
      project.current.dir,
      baseDir(),
      cacheDir(),
      resolve(hubCacheDir()),
      ...runs.list().map((run) => run.dir),
    ],
    open: (path) => shell.openPath(path),
    reveal: (path) => {
      shell.showItemInFolder(path)
    },
  }
}

function tensorflowVersion(): string | null {
  try {
    return findLibrary().version
  } catch {
    return null // not installed: the doctor reports that
  }
}
