/** The small native module that reaches what JavaScript cannot of its own process (environment.cc). */
import { join } from 'node:path'

import type { TensorflowInstallation } from './installation'
import { hasFunctions, openModule, processLibrariesFirst } from './native-module'

export interface EnvironmentModule {
  /** Sets a variable where C code sees it too. */
  setEnvironment: (name: string, value: string) => void
  /** Has the kernel end this process when its parent ends; does nothing but on Linux. */
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
