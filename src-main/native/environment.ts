/** The small native module for what JavaScript cannot reach in its own process (environment.cc). */
import { join } from 'node:path'

import type { TensorflowInstallation } from './installation'
import { hasFunctions, openModule, processLibrariesFirst } from './native-module'

export interface EnvironmentModule {
  /** Sets a variable so that C code sees it too. */
  setEnvironment: (name: string, value: string) => void
  /** Makes the kernel end this process when its parent ends; does nothing except on Linux. */
  endWithParent: () => void
}

/** @throws MidbenchError `tensorflow.load` */
export function openEnvironmentModule({
  bindingDirectory,
}: Pick<TensorflowInstallation, 'bindingDirectory'>): EnvironmentModule {
  return openModule(join(bindingDirectory, 'environment.node'), processLibrariesFirst, isEnvironment)
}

function isEnvironment(value: unknown): value is EnvironmentModule {
  return hasFunctions(value, ['setEnvironment', 'endWithParent'])
}
