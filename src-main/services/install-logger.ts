/** Installs the Python package of a logger, for the window. */
import type { PythonPackage } from '../config/loggers.schema'
import { dataDir } from '../native/paths'
import { installPackage } from '../runs/loggers/python/python-packages'
import type { JobContext } from './jobs'

/** @throws MidbenchError `python.missing`, `python.install`; the signal's reason */
export async function installLogger(name: PythonPackage, context: JobContext): Promise<void> {
  await installPackage(name, dataDir(), context)
}
