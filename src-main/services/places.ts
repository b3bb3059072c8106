/** Where the app's own files are, and where it keeps the person's. */
import { join } from 'node:path'

import type { Recipe } from '../config/recipes.schema'
import { dataDir, projectDir } from '../native/paths'

/** The person's files. */
export interface PersonFiles {
  /** The data folder: runs, conversations, what was measured. */
  folder: string
  settings: string
  project: string
  queue: string
  /** The hub token, sealed. */
  token: string
}

/** The app's files, in its checkout. */
export interface AppFiles {
  packageJson: string
  packages: string
  /** The starter project's config, by recipe. */
  starters: Record<Recipe, string>
  icon: string
  page: string
  preload: string
}

/** The files of the app's own window. */
export function personFiles(): PersonFiles {
  const folder = dataDir()
  return ownFiles(folder, folder)
}

/** @param own the folder of what one program alone writes, be it the app or a server */
export function ownFiles(folder: string, own: string): PersonFiles {
  return {
    folder,
    settings: join(own, 'settings.json'),
    project: join(own, 'project.json'),
    queue: join(own, 'queue.json'),
    token: join(own, 'hub-token.json'),
  }
}

export function appFiles(): AppFiles {
  const folder = projectDir()
  return {
    packageJson: join(folder, 'package.json'),
    packages: join(folder, 'node_modules'),
    starters: {
      mid: join(folder, 'resources', 'starter', 'preset.json'),
      sft: join(folder, 'resources', 'starter', 'preset-sft.json'),
    },
    icon: join(folder, 'resources', 'icon.png'),
    page: join(folder, 'out', 'renderer'),
    preload: join(folder, 'out', 'preload', 'preload.cjs'),
  }
}
