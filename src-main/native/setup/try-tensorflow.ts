/**
 * Starts TensorFlow once in a process of its own: a library that crashes on this machine (a processor without AVX, a
 * damaged file) takes that process with it, and set-up can still say what happened.
 */
import { constants } from 'node:os'
import { join } from 'node:path'

import { MidbenchError } from '../../errors'
import { bindingDir, tensorflowVersion, type TensorflowVariant } from '../installation'
import type { Report } from './report'
import { lastLines, runCommand } from './run-command'

/**
 * @throws MidbenchError `tensorflow.load` where the library does not start, or is not the version it should be
 */
export async function tryTensorflow(variant: TensorflowVariant, report: Report): Promise<void> {
  const file = join(bindingDir(variant), 'tfjs_binding.node')
  const flags = constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_DEEPBIND
  const program = `const loaded = { exports: {} }
    process.dlopen(loaded, ${JSON.stringify(file)}, ${flags})
    process.stdout.write(loaded.exports.TF_Version)`
  const env = { ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '2' }
  const finished = await runCommand(process.execPath, ['--eval', program], { env })
  if (finished.code === 0 && finished.stdout === tensorflowVersion) {
    report({ kind: 'done', message: `TensorFlow ${tensorflowVersion} (${variant}) starts` })
    return
  }
  throw new MidbenchError({
    code: 'tensorflow.load',
    message: `TensorFlow is installed but does not start: ${lastLines(finished) || 'it was ended by a signal'}`,
    remedy:
      'It needs a processor with AVX and glibc 2.27 or newer. `npm run midbench -- doctor` shows what this machine has.',
  })
}
