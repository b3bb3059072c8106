/**
 * What set-up has installed, as the rest of the program finds it: TensorFlow's library and the binding built on it.
 *
 * Everything lies in the cache folder under names that contain versions and source hashes, so two checkouts of
 * different versions share one cache and never use each other's builds. A look-up takes a few file stats.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { MidbenchError } from '../errors'
import { bindingKey } from './binding-source'
import { cacheDir } from './paths'
import { isInstalled } from './setup/folder'

/** The version of TensorFlow that is downloaded and built against. */
export const tensorflowVersion = '2.21.0'

/** The builds of TensorFlow: for the processor alone, or with CUDA for NVIDIA cards. */
export type TensorflowVariant = 'cpu' | 'cuda'

/** An installed TensorFlow library. */
export interface TensorflowLibrary {
  variant: TensorflowVariant
  version: string
  /** The folder that holds `tensorflow/` (and, with CUDA, `nvidia/`). */
  directory: string
}

/** An installed TensorFlow library with the binding built on it. */
export interface TensorflowInstallation extends TensorflowLibrary {
  /** The folder of the two native modules. */
  bindingDirectory: string
}

/** The folder where a variant of TensorFlow is unpacked. */
export function tensorflowDir(variant: TensorflowVariant): string {
  return join(cacheDir(), `tensorflow-${variant}-${tensorflowVersion}`)
}

/** The folder of the binding built for a variant from this checkout's sources. */
export function bindingDir(variant: TensorflowVariant): string {
  return join(cacheDir(), `binding-${variant}-${bindingKey()}`)
}

/** The variant in `$MIDBENCH_TENSORFLOW`, if it names one: the one to install and to load. */
export function chosenVariant(): TensorflowVariant | undefined {
  const chosen = process.env['MIDBENCH_TENSORFLOW']
  return chosen === 'cpu' || chosen === 'cuda' ? chosen : undefined
}

/**
 * The installed library to load: the chosen variant, else CUDA's where it is installed, else the processor's.
 *
 * @throws MidbenchError `tensorflow.missing` or `tensorflow.damaged`, with the command that installs it
 */
export function findLibrary(): TensorflowLibrary {
  const chosen = chosenVariant()
  const variants: TensorflowVariant[] = chosen ? [chosen] : ['cuda', 'cpu']
  const variant = variants.find((each) => isInstalled(tensorflowDir(each)))
  if (!variant) throw notInstalled('tensorflow', "TensorFlow's library", tensorflowDir(chosen ?? 'cpu'))
  return { variant, version: tensorflowVersion, directory: tensorflowDir(variant) }
}

/**
 * The installed library to load, and its binding.
 *
 * @throws MidbenchError as {@link findLibrary}, and `binding.missing` or `binding.damaged`
 */
export function findTensorflow(): TensorflowInstallation {
  const library = findLibrary()
  const bindingDirectory = bindingDir(library.variant)
  if (!isInstalled(bindingDirectory))
    throw notInstalled('binding', 'The TensorFlow binding', bindingDirectory)
  return { ...library, bindingDirectory }
}

function notInstalled(part: string, what: string, where: string): MidbenchError {
  const there = existsSync(where)
  return new MidbenchError({
    code: there ? `${part}.damaged` : `${part}.missing`,
    message: there ? `${what} in ${where} is damaged.` : `${what} is not installed: ${where} is not there.`,
    remedy: 'Run `npm run setup`.',
  })
}
