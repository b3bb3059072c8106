/**
 * Loads TensorFlow's C library through tfjs-node's binding and makes it the one backend of tfjs-core.
 *
 * After `loadTensorflow()` the rest of the engine uses `import * as tf from '@tensorflow/tfjs-core'`: the package's
 * main file is CommonJS, so that import, and every require inside tfjs-node, reach the same instance. This file checks
 * that they do. tfjs's JavaScript backend is removed: where TensorFlow is missing there is an error, never a fallback.
 *
 * The library is loaded with RTLD_DEEPBIND, so that neither the window's libraries nor Electron's malloc come between
 * it and its own symbols (see large-blocks.cc). It can be loaded before or after the window opens, in any thread and
 * in several threads; each has its own tensors. The first load of a process takes half a second, further ones 0.2 s.
 */
import { join } from 'node:path'

import * as tf from '@tensorflow/tfjs-core'
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding'

import { MidbenchError } from '../errors'
import { memoryLimit } from '../memory-limit'
import { threadCount, threadsVariable } from '../thread-count'
import { openEnvironmentModule } from './environment'
import { findTensorflow, type TensorflowInstallation } from './installation'
import { hasFunctions, openModule, ownLibrariesFirst } from './native-module'
import { openProgramCache, type ProgramCache, programCacheIn } from './program-cache'
import { restoreRemovedUtil } from './removed-util'

export interface LoadOptions {
  /**
   * Threads for one operation, unless the environment sets them. TensorFlow's pool belongs to the process, so the first
   * load decides: it stores its number in the environment.
   *
   * @default as many as there are processors
   */
  threads?: number | undefined
  /**
   * Whether compiled graphs are stored on disk and loaded from there.
   *
   * @default true
   */
  keepPrograms?: boolean | undefined
  /**
   * Whether sessions will run on a server of this process. Their graphs name devices by numbers drawn at each start, so
   * that programs named by their graph (program-names.cc) would never be found again: they are numbered through.
   *
   * @default false
   */
  onServer?: boolean | undefined
}

/** tfjs-node's binding: the eager operations and saved models of TensorFlow's C library. */
export interface TensorflowBinding extends TFJSBinding {
  /** The next `runSavedModel` of this thread is the first for its inputs and outputs (program-names.cc). */
  startNames(): void
}

/** Bytes in blocks of 1 MiB and more that TensorFlow holds in main memory: nearly all that it holds. */
export interface LargeBlocks {
  bytes: number
  /** The peak since the start, or since `resetPeak`. */
  peakBytes: number
}

/** The loaded TensorFlow. */
export interface Tensorflow {
  /** TensorFlow's own version. */
  version: string
  installation: TensorflowInstallation
  /** Runs any TensorFlow operation by name, with tensors given by id; tfjs's own kernels go through it too. */
  binding: TensorflowBinding
  /** The device that operations run on. */
  device: 'cpu' | 'gpu'
  /** Threads that one operation uses in this process. */
  threads: number
  /** Memory of the whole process, all threads together. `release` frees what is held only for reuse. */
  memory: { usage(): LargeBlocks; resetPeak(): void; release(): void }
  /** What makes this process a rank of several: see cluster.ts, the one file that uses it. */
  server: {
    /** Starts the process's one server of a cluster on one address of this machine. @returns the target of its sessions */
    start(definition: Uint8Array, address: string): string
    /** Where sessions of this thread open from now on; '' stands for this process alone. */
    use(target: string, config: Uint8Array): void
  }
  /** Where compiled graphs are stored; null where they are not. */
  programs: ProgramCache | null
  /**
   * Runs a function that compiles a graph. Its failures are thrown, so TensorFlow's own lines are suppressed on stderr.
   */
  quietly<Result>(run: () => Result): Result
}

/** The name under which the native backend is registered with tfjs-core. */
export const backendName = 'tensorflow'

let loaded: Promise<Tensorflow> | undefined

/**
 * Loads TensorFlow into this thread and makes it tfjs-core's backend. Later calls in the same thread return the same.
 *
 * @throws MidbenchError `tensorflow.missing`, `binding.missing`, `tensorflow.load` or `threads.invalid`, each with a
 * remedy.
 */
export function loadTensorflow(options: LoadOptions = {}): Promise<Tensorflow> {
  loaded ??= load(options).catch((error: unknown) => {
    loaded = undefined // a repaired installation can then be tried again
    throw error
  })
  return loaded
}

async function load(options: LoadOptions): Promise<Tensorflow> {
  const installation = findTensorflow()
  const threads = threadCount(options.threads ?? null)
  const programs = setEnvironment(installation, threads, options)
  const file = join(installation.bindingDirectory, 'tfjs_binding.node')
  const binding = openModule(file, ownLibrariesFirst, isBinding)
  binding.limitLargeBlocks(memoryLimit())
  await registerBackend(binding)
  return {
    version: binding.TF_Version,
    installation,
    binding,
    device: binding.isUsingGpuDevice() ? 'gpu' : 'cpu',
    threads,
    memory: {
      usage() {
        const [bytes, peakBytes] = binding.largeBlocks()
        return { bytes, peakBytes }
      },
      resetPeak: () => {
        binding.resetLargeBlocksPeak()
      },
      release: () => {
        binding.releaseKeptBlocks()
      },
    },
    server: serverOf(binding),
    programs,
    quietly(run) {
      binding.quietErrors(true)
      try {
        return run()
      } finally {
        binding.quietErrors(false)
      }
    },
  }
}

function serverOf(binding: NativeBinding): Tensorflow['server'] {
  return {
    start: (definition, address) => binding.startServer(definition, address),
    use: (target, config) => {
      binding.setSession(target, config)
    },
  }
}

/**
 * In graphs, XLA fuses element-wise work and leaves matrix products to oneDNN; eager operations do not change. Clusters
 * of fewer than 4 operations cost more than they save. Constants are not folded within clusters: the folded ones would
 * lie on a device that a session on a server does not have, and its every step would fail (cluster.cc).
 */
const clusterFlags =
  '--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit --tf_xla_ops_to_cluster=FUSIBLE --tf_xla_min_cluster_size=4' +
  ' --tf_xla_disable_constant_folding=true'

/** Clusters are named by their graph, so that their programs are found again (program-names.cc). */
const namesFlag = '--tf_xla_deterministic_cluster_names=true'

/** XLA's older code generator, and sums in one pass: both compile faster here and run faster (docs/LOG.md). */
const compilerFlags = '--xla_cpu_use_fusion_emitters=false --xla_disable_hlo_passes=tree_reduction_rewriter'

const cacheFlag = '--tf_xla_persistent_cache_directory='

/** Sets the variables that TensorFlow reads while it loads. Variables that the person has set are left unchanged. */
function setEnvironment(
  installation: TensorflowInstallation,
  threads: number,
  options: LoadOptions,
): ProgramCache | null {
  const { setEnvironment } = openEnvironmentModule(installation)
  const programs = options.keepPrograms === false ? null : findPrograms()
  const wanted: Record<string, string> = {
    TF_CPP_MIN_LOG_LEVEL: '2', // errors only; see quiet-log.cc
    TF_XLA_FLAGS: [
      clusterFlags,
      ...(options.onServer === true ? [] : [namesFlag]),
      ...(programs === null ? [] : [cacheFlag + programs.directory]),
    ].join(' '),
    XLA_FLAGS: compilerFlags,
  }
  setEnvironment(threadsVariable, String(threads))
  for (const [name, value] of Object.entries(wanted)) {
    if (process.env[name] === undefined) setEnvironment(name, value)
  }
  return programs
}

/** The cache that TensorFlow will use: the one in the person's flags where they are set, else ours. */
function findPrograms(): ProgramCache | null {
  const { TF_XLA_FLAGS: chosen, XLA_FLAGS: compiler } = process.env
  if (chosen === undefined) return openProgramCache(compiler ?? compilerFlags)
  const flag = chosen.split(/\s+/).find((each) => each.startsWith(cacheFlag))
  return flag === undefined ? null : programCacheIn(flag.slice(cacheFlag.length))
}

/** Registers the native backend and all of tfjs-node's kernels, and removes every other backend. */
async function registerBackend(binding: NativeBinding): Promise<void> {
  restoreRemovedUtil()
  const { NodeJSKernelBackend, nodeBackend } =
    await import('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js')
  await import('@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js')
  tf.registerBackend(backendName, () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu'))
  const ready = await tf.setBackend(backendName)
  tf.removeBackend('cpu')
  // nodeBackend() looks in the tfjs-core that tfjs-node has loaded; it finds the backend only if that one is ours.
  const shared = ready && nodeBackend().binding === binding
  if (!shared) {
    throw new MidbenchError({
      code: 'tensorflow.load',
      message: 'TensorFlow was loaded, but tfjs-core is there twice or refused the backend.',
      remedy: 'Run `npm ci`, so that one version of @tensorflow/tfjs-core is installed.',
    })
  }
}

/** tfjs-node's binding with the functions of module.cc. */
interface NativeBinding extends TensorflowBinding {
  /** [bytes now, peak bytes] */
  largeBlocks(): [number, number]
  resetLargeBlocksPeak(): void
  limitLargeBlocks(bytes: number): void
  releaseKeptBlocks(): void
  quietErrors(quiet: boolean): void
  /** @returns the server's target */
  startServer(definition: Uint8Array, address: string): string
  setSession(target: string, config: Uint8Array): void
}

function isBinding(value: unknown): value is NativeBinding {
  return hasFunctions(value, [
    'executeOp',
    'createTensor',
    'tensorDataSync',
    'largeBlocks',
    'resetLargeBlocksPeak',
    'limitLargeBlocks',
    'releaseKeptBlocks',
    'quietErrors',
    'startServer',
    'setSession',
    'startNames',
  ])
}
