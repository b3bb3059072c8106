/**
 * Starts TensorFlow once in a separate process: a library that crashes on this machine (a processor without AVX, a
 * damaged file) ends only that process, and set-up can still say what happened. Takes half a second.
 */
import { constants } from 'node:os'
import { join } from 'node:path'

import * as z from 'zod'

import { MidbenchError } from '../../errors'
import { threadCount } from '../../thread-count'
import { bindingDir, tensorflowVersion, type TensorflowVariant } from '../installation'
import { lastLines, runCommand, type Finished } from './run-command'

const answerSchema = z.object({ version: z.literal(tensorflowVersion), gpu: z.boolean() })

/** What TensorFlow reported: its version, and whether it computes on a graphics card. */
export type TensorflowAnswer = z.infer<typeof answerSchema>

/**
 * @throws MidbenchError `tensorflow.load` where the library does not start, or has the wrong version; `threads.invalid`
 * where the environment would end it
 */
export async function tryTensorflow(variant: TensorflowVariant): Promise<TensorflowAnswer> {
  threadCount(null)
  const file = join(bindingDir(variant), 'tfjs_binding.node')
  const flags = constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_DEEPBIND
  const program = `const loaded = { exports: {} }
    process.dlopen(loaded, ${JSON.stringify(file)}, ${flags})
    const { TF_Version: version, isUsingGpuDevice } = loaded.exports
    console.log(JSON.stringify({ version, gpu: isUsingGpuDevice() }))`
  const env = { ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '2' }
  return readAnswer(await runCommand(process.execPath, ['--eval', program], { env }))
}

function readAnswer(finished: Finished): TensorflowAnswer {
  try {
    return answerSchema.parse(JSON.parse(finished.stdout))
  } catch (cause) {
    const said = finished.code === null ? 'a signal ended it' : lastLines(finished)
    throw new MidbenchError(
      {
        code: 'tensorflow.load',
        message: `TensorFlow is installed but does not start: ${said}.`,
        remedy:
          'It needs a processor with AVX and glibc 2.27 or newer; `npm run midbench -- doctor` shows this machine.',
      },
      { cause },
    )
  }
}
