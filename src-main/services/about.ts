/** What is known of a machine and of the person's folders on it; the rest of {@link About} is the shell's. */
import { resolve } from 'node:path'

import { baseDirOf } from '../config/config'
import { hubCacheDir, hubOrigins } from '../data/hub/hub-env'
import { doctor } from '../native/doctor'
import { findLibrary } from '../native/installation'
import { cacheDir } from '../native/paths'
import { readLicences } from './licences'
import type { About } from './shell'
import type { Services } from './workbench'

/** @param shell versions of what Midbench runs in */
export function aboutMachine(
  { files, project, runs, settings }: Services,
  shell: { version: string; electron: string; chrome: string },
): Omit<About, 'open' | 'reveal'> {
  const baseDir = (): string => {
    const { config, dir } = project.current
    return baseDirOf(config, dir, settings.current.base_dir)
  }
  return {
    info: async () => ({
      ...shell,
      node: process.versions.node,
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
  }
}

function tensorflowVersion(): string | null {
  try {
    return findLibrary().version
  } catch {
    return null // not installed: the doctor reports that
  }
}
