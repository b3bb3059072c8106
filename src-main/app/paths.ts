/**
 * Where Electron keeps its own files, and what kind of session this is.
 *
 * Electron's own state (cookies, caches, the single-instance lock) goes into the data folder too, so that two apps on
 * the same data folder are one instance, and tests with a folder of their own never touch a person's.
 */
import { app } from 'electron'
import { join } from 'node:path'

import { dataDir } from '../native/paths'

/** Names the app and moves Electron's own files into the data folder. Must come before anything else asks for them. */
export function setupPaths(): void {
  app.setName('Midbench')
  app.setPath('userData', join(dataDir(), 'electron'))
  app.setPath('sessionData', join(dataDir(), 'electron'))
}

/** Keeps where the window is. */
export function windowFile(): string {
  return join(dataDir(), 'window.json')
}

/** Keeps which machines were opened. */
export function machinesFile(): string {
  return join(dataDir(), 'machines.json')
}

/** Whether this is a developer's session, with developer tools. */
export function isDevelopment(): boolean {
  return process.env['MIDBENCH_DEV'] === '1'
}
