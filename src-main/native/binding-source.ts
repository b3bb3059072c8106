/**
 * The sources of the native modules, how they are compiled, and the key that names a build of them.
 *
 * The key is a hash of every source file and every compiler flag, so a build is found again after `npm ci`, and a
 * changed source never uses a stale build. Computing it reads about 20 small files, once.
 */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { projectDir } from './paths'

const packages = createRequire(import.meta.url)

/** One native module: its file name, its C++ sources, and whether it links against TensorFlow. */
export interface NativeModule {
  file: string
  sources: string[]
  linksTensorflow: boolean
}

/** Flags of every compilation. No builtins: the compiler must not turn malloc followed by memset into our calloc. */
export const compilerFlags = [
  '-O2',
  '-std=c++17',
  '-fPIC',
  '-shared',
  '-fno-builtin',
  '-DNAPI_VERSION=8',
  '-DNODE_GYP_MODULE_NAME=tfjs_binding',
  '-DBUILDING_NODE_EXTENSION',
  '-DTF_NewTensor=midbench_copied_tensor', // see copied-tensor.cc
  '-DTF_NewSessionOptions=midbench_session_options', // see cluster.cc
  '-DTF_SessionRun=midbench_session_run', // see program-names.cc
]

/** The package that holds tfjs-node's binding sources. */
export function tfjsNodeDir(): string {
  return dirname(packages.resolve('@tensorflow/tfjs-node-gpu/package.json'))
}

/** The folder of this project's own C++ files. */
function nativeSourceDir(): string {
  return join(projectDir(), 'src-main', 'native')
}

/** The headers of Node's native interface, without any other part of Node. */
export function nodeHeadersDir(): string {
  return join(dirname(packages.resolve('node-api-headers/package.json')), 'include')
}

/** Sets variables of the process, before TensorFlow is loaded. */
export function environmentModule(): NativeModule {
  return { file: 'environment.node', sources: own('environment.cc'), linksTensorflow: false }
}

/** tfjs-node's binding with our allocator for large blocks, tensors of their own, ranks, and no notes on stderr. */
export function tensorflowModule(): NativeModule {
  const sources = [
    ...own(
      'module.cc',
      'large-blocks.cc',
      'copied-tensor.cc',
      'cluster.cc',
      'program-names.cc',
      'quiet-log.cc',
    ),
    join(tfjsNodeDir(), 'binding', 'tfjs_backend.cc'),
  ]
  return { file: 'tfjs_binding.node', sources, linksTensorflow: true }
}

/** The hash, 16 hexadecimal digits, of all sources and flags. */
export function bindingKey(): string {
  memoizedKey ??= computeKey()
  return memoizedKey
}

let memoizedKey: string | undefined

function computeKey(): string {
  const hash = createHash('sha256').update(compilerFlags.join(' '))
  for (const directory of [nativeSourceDir(), join(tfjsNodeDir(), 'binding')]) {
    const files = readdirSync(directory).filter((name) => /\.(cc|h)$/.test(name))
    for (const name of files.sort()) hash.update(name).update(readFileSync(join(directory, name)))
  }
  return hash.digest('hex').slice(0, 16)
}

function own(...names: string[]): string[] {
  return names.map((name) => join(nativeSourceDir(), name))
}
