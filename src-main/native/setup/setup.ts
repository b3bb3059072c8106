/**
 * Set-up as a whole: makes sure that everything a command needs is installed, and does nothing where it is.
 *
 * Before anything is downloaded, it refuses where a compiler, pip or disk space is missing. Each part is installed by
 * building it beside its place and renaming it, so set-up can be killed at any moment and run again.
 */
import { rm } from 'node:fs/promises'

import { MidbenchError } from '../../errors'
import { removeLeftovers } from '../../files/leftovers'
import { findGraphicsCards } from '../device'
import {
  bindingDir,
  chosenVariant,
  findTensorflow,
  tensorflowDir,
  type TensorflowVariant,
} from '../installation'
import { cacheDir } from '../paths'
import { ensureBinding, requireCompiler } from './compiler'
import { ensurePackages, missingPackages, type SystemNeed } from './debian-packages'
import { downloadsDir } from './download'
import { ensureElectron } from './electron'
import { findElectron } from './electron-binary'
import { alone, isInstalled } from './folder'
import type { Report } from './report'
import { ensureTensorflow } from './tensorflow-library'
import { ensureOtherNodes, hasOtherNodes } from './tested-nodes'
import { tryTensorflow } from './try-tensorflow'

/**
 * What a command needs: TensorFlow for training; Electron and its libraries for a window; Xvfb and other Nodes for
 * tests.
 */
export type SetupPart = 'tensorflow' | 'other nodes' | SystemNeed

export interface SetupOptions {
  parts: SetupPart[]
  report: Report
  /** Also read every installed file and repair what is damaged. About 2 s. */
  deep?: boolean
  /**
   * The build of TensorFlow to install; the other one is removed, since a run loads CUDA's where both are installed.
   *
   * @default CUDA's where an NVIDIA card with a driver is found, else the processor's; nothing is removed
   */
  variant?: TensorflowVariant | undefined
  signal?: AbortSignal | undefined
}

/** Whether everything is installed, judged by names and sizes: a few milliseconds. */
export async function isSetUp(parts: SetupPart[]): Promise<boolean> {
  if (parts.includes('tensorflow') && !hasTensorflow()) return false
  if (parts.includes('window') && !findElectron()) return false
  if (parts.includes('other nodes') && !hasOtherNodes()) return false
  return (await missingPackages(systemNeeds(parts))).length === 0
}

/**
 * Installs the missing parts, and repairs damaged ones when `deep`.
 *
 * @throws MidbenchError for each thing that can be wrong, with its remedy; what was installed before it stays
 */
export async function setUp({ parts, report, deep = false, variant, signal }: SetupOptions): Promise<void> {
  const work = async () => {
    for (const folder of [cacheDir(), downloadsDir()]) await removeLeftovers(folder)
    if (parts.includes('tensorflow'))
      await setUpTensorflow(report, deep, variant ?? (await bestVariant()), signal)
    if (variant) await rm(tensorflowDir(otherThan(variant)), { recursive: true, force: true })
    if (parts.includes('window')) await ensureElectron(report, deep, { signal })
    if (parts.includes('other nodes')) await ensureOtherNodes(report, { signal })
    await ensurePackages(systemNeeds(parts), report)
  }
  await alone(cacheDir(), report, work).catch((error: unknown) => {
    throw isSystemError(error) ? cacheUnusable(error) : error
  })
}

/** An error of the file system: no room after all, no permission, a file where a folder should be. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

function cacheUnusable(cause: NodeJS.ErrnoException): MidbenchError {
  return new MidbenchError(
    {
      code: cause.code === 'ENOSPC' ? 'disk.full' : 'cache.unusable',
      message: `The cache folder ${cacheDir()} cannot be used: ${cause.message}.`,
      remedy: 'Make room or give write permission there, or set MIDBENCH_CACHE to another folder.',
    },
    { cause },
  )
}

async function setUpTensorflow(
  report: Report,
  deep: boolean,
  variant: TensorflowVariant,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!isInstalled(bindingDir(variant))) await requireCompiler()
  const installed = await ensureTensorflow(variant, report, deep, { signal })
  const compiled = await ensureBinding(variant, report, deep)
  if (!installed && !compiled && !deep) return
  const { version, gpu } = await tryTensorflow(variant)
  report({
    kind: 'done',
    message: `TensorFlow ${version} starts, on the ${gpu ? 'graphics card' : 'processor'}`,
  })
}

async function bestVariant(): Promise<TensorflowVariant> {
  return chosenVariant() ?? ((await findGraphicsCards()).length > 0 ? 'cuda' : 'cpu')
}

function otherThan(variant: TensorflowVariant): TensorflowVariant {
  return variant === 'cpu' ? 'cuda' : 'cpu'
}

function hasTensorflow(): boolean {
  try {
    findTensorflow()
    return true
  } catch {
    return false
  }
}

function systemNeeds(parts: SetupPart[]): SystemNeed[] {
  return parts.filter((part) => part !== 'tensorflow' && part !== 'other nodes')
}
