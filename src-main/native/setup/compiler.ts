/**
 * Compiles the native modules: tfjs-node's binding with our allocator against the installed TensorFlow, and the small
 * one that sets environment variables. Takes about 10 seconds on two cores.
 */
import { join, relative } from 'node:path'

import { MidbenchError } from '../../errors'
import {
  compilerFlags,
  environmentModule,
  nodeHeadersDir,
  tensorflowModule,
  tfjsNodeDir,
  type NativeModule,
} from '../binding-source'
import { bindingDir, tensorflowDir, type TensorflowVariant } from '../installation'
import { findCorruptFile, installFolder, isInstalled } from './folder'
import type { Report } from './report'
import { lastLines, runCommand } from './run-command'

const compilerRemedy = 'Install a C++ compiler: `sudo apt-get install -y g++`.'

/** The C++ compiler: `$CXX`, else g++. */
function compiler(): string {
  return process.env['CXX'] ?? 'g++'
}

/**
 * @throws MidbenchError `compiler.missing`
 */
export async function requireCompiler(): Promise<void> {
  try {
    await runCommand(compiler(), ['--version'])
  } catch (cause) {
    throw new MidbenchError(
      {
        code: 'compiler.missing',
        message: `There is no C++ compiler: ${compiler()} could not be run.`,
        remedy: compilerRemedy,
      },
      { cause },
    )
  }
}

/**
 * Makes sure that the binding for a variant of TensorFlow is built from the sources of this checkout.
 *
 * @returns whether it was built now
 * @throws MidbenchError `compiler.missing` or `compiler.failed`
 */
export async function ensureBinding(
  variant: TensorflowVariant,
  report: Report,
  deep: boolean,
): Promise<boolean> {
  const folder = bindingDir(variant)
  const whole = isInstalled(folder) && !(deep && (await findCorruptFile(folder)))
  if (whole) return false
  await requireCompiler()
  report({ kind: 'working', message: 'Compiling the TensorFlow binding' })
  await installFolder(folder, async (staging) => {
    await Promise.all(
      [environmentModule(), tensorflowModule()].map((module) => compile(module, variant, staging)),
    )
  })
  return true
}

async function compile(module: NativeModule, variant: TensorflowVariant, folder: string): Promise<void> {
  const args = [...compilerFlags, `-I${nodeHeadersDir()}`, ...module.sources, '-o', join(folder, module.file)]
  if (module.linksTensorflow) args.push(...tensorflowFlags(variant))
  const finished = await runCommand(compiler(), args, { remedy: compilerRemedy })
  if (finished.code === 0) return
  throw new MidbenchError({
    code: 'compiler.failed',
    message: `${compiler()} could not compile ${module.file}:\n${lastLines(finished, 8)}`,
    remedy:
      'Check that g++ is version 9 or newer (`g++ --version`) and complete (`sudo apt-get install -y g++`).',
  })
}

function tensorflowFlags(variant: TensorflowVariant): string[] {
  const library = join(tensorflowDir(variant), 'tensorflow')
  return [
    `-I${join(library, 'include')}`,
    `-I${tfjsNodeDir()}`,
    `-L${library}`,
    '-l:libtensorflow_cc.so.2',
    '-l:libtensorflow_framework.so.2',
    // Relative, so the cache folder can be moved.
    `-Wl,-rpath,$ORIGIN/${relative(bindingDir(variant), library)}`,
    '-ldl',
  ]
}
