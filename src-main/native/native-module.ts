/**
 * Loads native modules, with the flags that decide how their symbols are bound. A module's exports are checked before
 * they are used, so a build of another version is an error with a remedy.
 */
import { constants } from 'node:os'

import { MidbenchError } from '../errors'

/** Binds symbols at once, and to the module's own libraries first. For the one module that defines malloc itself. */
export const ownLibrariesFirst = constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_DEEPBIND
/**
 * Binds symbols as for any native module. With RTLD_DEEPBIND, a module without a malloc of its own would bring libstdc++
 * in first, bound to libc's malloc. Blocks that libstdc++ makes and others free would then reach Electron's allocator,
 * which ends the process.
 */
export const processLibrariesFirst = constants.dlopen.RTLD_LAZY

/** @throws MidbenchError `tensorflow.load` where it cannot be loaded, or exports something else */
export function openModule<Exports>(
  path: string,
  flags: number,
  isExports: (value: unknown) => value is Exports,
): Exports {
  const module: { exports: unknown } = { exports: {} }
  try {
    process.dlopen(module, path, flags)
  } catch (cause) {
    throw notLoaded(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
  if (!isExports(module.exports)) throw notLoaded(path, 'it does not export what it should')
  return module.exports
}

export function hasFunctions(value: unknown, names: string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
  )
}

function notLoaded(path: string, why: string, cause?: unknown): MidbenchError {
  return new MidbenchError(
    {
      code: 'tensorflow.load',
      message: `${path} could not be loaded: ${why}.`,
      remedy: 'Run `npm run setup`, which checks the installation and repairs it.',
    },
    { cause },
  )
}
