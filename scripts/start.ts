/**
 * `npm start`: opens the window; where there is no display, runs the starter preset in this terminal instead.
 *
 * First it installs what is missing and builds what has changed; where there is neither, the window opens at once.
 */
import { join } from 'node:path'

import { projectDir } from '../src-main/native/paths'
import { requireElectron } from '../src-main/native/setup/electron-binary'
import { hasBfloat16 } from '../src-main/processor'
import { buildIfStale } from './build'
import { becomeHeadless, commandArguments, requireParts, runCommandLine, runProgram } from './command'

await runCommandLine(() => (hasDisplay() ? openWindow() : trainInTerminal()))

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
}

async function openWindow(): Promise<number> {
  await requireParts(['tensorflow', 'window'])
  await buildIfStale()
  const { executable } = requireElectron()
  return runProgram(executable, [...sandboxFlags(), projectDir(), ...commandArguments])
}

/** Chromium's sandbox refuses to run as root; this is reported, because the page is less confined without it. */
function sandboxFlags(): string[] {
  if (process.getuid?.() !== 0) return []
  process.stderr.write('Running as root: Chromium’s sandbox is off. Run as an ordinary user to have it on.\n')
  return ['--no-sandbox']
}

async function trainInTerminal(): Promise<number> {
  process.stderr.write('There is no display, so the starter preset runs in this terminal.\n')
  await requireParts(['tensorflow'])
  await buildIfStale()
  const preset = join(projectDir(), 'resources', 'starter', 'preset.json')
  // Without instructions for bfloat16, a step in that type takes several times as long.
  const dtype = hasBfloat16() === false ? ['--dtype', 'float32'] : []
  return becomeHeadless(['train', '--config', preset, ...dtype, ...commandArguments])
}
