/**
 * Where the app's own files are, and where it keeps the person's.
 *
 * Electron's own state (cookies, caches, the single-instance lock) goes into the data folder too, so that two apps on
 * the same data folder are one instance, and tests with a folder of their own never touch a person's.
 */
import { app } from 'electron'
import { join } from 'node:path'

import type { Recipe } from '../config/recipes.schema'
import { dataDir, projectDir } from '../native/paths'

/** The person's files, in the data folder. */
export interface PersonFiles {
  folder: string
  settings: string
  project: string
  window: string
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

export function personFiles(): PersonFiles {
  const folder = dataDir()
  return {
    folder,
    settings: join(folder, 'settings.json'),
    project: join(folder, 'project.json'),
    window: join(folder, 'window.json'),
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

/** Names the app and moves Electron's own files into the data folder. Must come before anything else asks for them. */
export function setupPaths(): void {
  app.setName('Midbench')
  app.setPath('userData', join(dataDir(), 'electron'))
  app.setPath('sessionData', join(dataDir(), 'electron'))
}

/** Whether this is a developer's session, with developer tools. */
export function isDevelopment(): boolean {
  return process.env['MIDBENCH_DEV'] === '1'
}
