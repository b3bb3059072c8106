/**
 * Checks everything that a run and the window need on this machine, and reports what is there, what is missing, and
 * what to do.
 *
 * It never throws and installs nothing: a failed check is a line of the report. TensorFlow is started in a separate
 * process first, so a library that crashes is a line too. Takes about a second.
 */
import { freemem, release } from 'node:os'

import { byteSize } from '../byte-size'
import { toFailure } from '../errors'
import { freeSpace } from '../files/disk-space'
import { describeThreads, threadCount, threadsVariable } from '../thread-count'
import { describeProcessor, describeSpeed, findGraphicsCards } from './device'
import { findLibrary, findTensorflow, tensorflowVersion } from './installation'
import { cacheDir, dataDir } from './paths'
import { readSelfTest } from './self-test-record'
import { missingPackages } from './setup/debian-packages'
import { findElectron } from './setup/electron-binary'
import { testedNodes } from './setup/pinned'
import { majorOf } from './setup/tested-nodes'
import { tryTensorflow } from './setup/try-tensorflow'
import { tryKernels } from './try-kernels'

/** One line of the report. `warn`: something works less well or not everywhere; `fail`: a run cannot start. */
export interface DoctorCheck {
  id: string
  label: string
  status: 'ok' | 'warn' | 'fail'
  detail: string
  remedy?: string
}

export interface DoctorReport {
  checks: DoctorCheck[]
  /** What a run would use, such as `CPU, 2 threads`; null where none can start. */
  device: string | null
  /** How many threads can run at once: the most that TensorFlow may use. */
  processors: number
}

type Finding = Omit<DoctorCheck, 'id' | 'label'>

const gibibyte = 2 ** 30
const noCard =
  'Check that `nvidia-smi` sees the card, or install the build for the processor: `npm run setup -- --cpu`.'

/** Examines this machine. */
export async function doctor(): Promise<DoctorReport> {
  const backend = await findBackend()
  const checks = [
    check('node', 'Node', () => checkNode(backend.device !== null)),
    check('tensorflow', 'TensorFlow', checkTensorflow),
    check('binding', 'Binding', () => ok(findTensorflow().bindingDirectory)),
    check('backend', 'Backend of a run', () => backend.finding),
    check('gpu', 'NVIDIA cards', () => checkCards(backend.gpu)),
    check('cpu', 'Processor', checkProcessor),
    check('threads', 'Threads', checkThreads),
    check('memory', 'Memory', checkMemory),
    check('cache', 'Cache folder', () => checkFolder(cacheDir(), 'MIDBENCH_CACHE')),
    check('data', 'Data folder', () => checkFolder(dataDir(), 'MIDBENCH_HOME')),
    check('electron', 'Electron', checkElectron),
    check('trainer', 'Trainer in the window', checkTrainer),
    check('packages', 'System libraries', checkPackages),
    check('display', 'Display', checkDisplay),
  ]
  const { threads: processors } = describeProcessor()
  return { checks: await Promise.all(checks), device: backend.device, processors }
}

/** Runs one check; an error that it throws becomes its finding. */
async function check(
  id: string,
  label: string,
  find: () => Finding | Promise<Finding>,
): Promise<DoctorCheck> {
  try {
    return { id, label, ...(await find()) }
  } catch (error) {
    return { id, label, ...failed(error) }
  }
}

interface Backend {
  finding: Finding
  device: string | null
  gpu: boolean
}

async function findBackend(): Promise<Backend> {
  try {
    const { variant } = findTensorflow()
    const { gpu } = await tryTensorflow(variant)
    const cards = gpu ? await findGraphicsCards() : []
    const device = gpu ? `GPU, ${cards[0]?.name ?? 'unknown'}` : `CPU, ${describeThreads(threadCount(null))}`
    const detail = `native TensorFlow, ${device}`
    const finding =
      variant === 'cuda' && !gpu ? warn(`${detail}, though it is the build for CUDA`, noCard) : ok(detail)
    return { finding, device, gpu }
  } catch (error) {
    const { remedy } = failed(error)
    const detail = 'none: TensorFlow does not start, and nothing else is ever used in its place'
    return { finding: { status: 'fail', detail, ...(remedy && { remedy }) }, device: null, gpu: false }
  }
}

/**
 * Whether this Node can train: it computes something, where TensorFlow is known to start. In Electron the library is
 * kept out of the window's process until a run needs it.
 */
async function checkNode(starts: boolean): Promise<Finding> {
  const version = nodeVersion()
  const tested = testedNodes.map((node) => majorOf(node.version)).join(', ')
  const remedy = `Midbench is tested on Node ${tested}: install one of these.`
  if ('electron' in process.versions) return ok(version)
  if (starts) {
    try {
      await tryKernels()
    } catch (error) {
      return { status: 'fail', detail: `${version}: cannot train: ${toFailure(error).message}`, remedy }
    }
  }
  const known = testedNodes.some((node) => majorOf(node.version) === majorOf(process.versions.node))
  return known ? ok(version) : warn(`${version}: not one that is tested`, remedy)
}

function checkTensorflow(): Finding {
  const { version, variant, directory } = findLibrary()
  return ok(`${version} for ${variant === 'cuda' ? 'CUDA' : 'the CPU'}, ${directory}`)
}

async function checkCards(used: boolean): Promise<Finding> {
  const cards = await findGraphicsCards()
  if (cards.length === 0) return ok('none seen')
  const names = cards
    .map((card) => `${card.name}, ${byteSize(card.memoryBytes)}, driver ${card.driver}`)
    .join('; ')
  if (used) return ok(names)
  return warn(`${names}: seen, but TensorFlow does not use it`, 'Run `npm run setup -- --cuda`.')
}

function checkProcessor(): Finding {
  const { model, instructionSets } = describeProcessor()
  const detail = `${model} (${instructionSets.join(', ') || 'no known instruction sets'}): ${describeSpeed(instructionSets)}`
  if (instructionSets.includes('avx')) return ok(detail)
  return warn(detail, 'TensorFlow needs a processor with AVX.')
}

function checkThreads(): Finding {
  const { threads } = describeProcessor()
  const used = threadCount(null)
  return ok(`${threads} can run at once${used < threads ? `; ${threadsVariable} leaves a run ${used}` : ''}`)
}

function checkMemory(): Finding {
  const detail = `${byteSize(freemem())} free of ${byteSize(describeProcessor().memoryBytes)}`
  return freemem() > 2 * gibibyte
    ? ok(detail)
    : warn(detail, 'Close other programs, or train with a smaller batch.')
}

async function checkFolder(path: string, variable: string): Promise<Finding> {
  const free = await freeSpace(path)
  const detail = `${path}, ${byteSize(free)} free`
  return free > 2 * gibibyte
    ? ok(detail)
    : warn(detail, `Free some space, or set ${variable} to another folder.`)
}

function checkElectron(): Finding {
  // The window needs no check, and Electron's fs shows its own archives as folders, which no manifest lists.
  const running = process.versions['electron']
  if (running) return ok(`${running}, ${process.execPath}`)
  const electron = findElectron()
  if (!electron) return warn('not installed; only the command line can be used', 'Run `npm run setup`.')
  const origin = electron.own
    ? 'its own binary'
    : 'the fallback for machines that reach only package registries'
  return ok(`${electron.version}, ${origin}, ${electron.executable}`)
}

/** The result of the window's self-test for this pair of builds. */
function checkTrainer(): Finding {
  const electron = 'electron' in process.versions ? process.versions['electron'] : findElectron()?.version
  if (electron === undefined) return ok('no Electron that could be tested')
  const builds = `Electron ${electron} with TensorFlow ${tensorflowVersion}`
  const record = readSelfTest(electron)
  if (record === null) return ok(`${builds}: not tested yet; the window does it once, before its first run`)
  const when = new Date(record.at).toISOString().slice(0, 10)
  if (record.passed) return ok(`a thread: ${builds} passed the self-test on ${when}. ${record.reason}`)
  const place =
    record.program === null ? 'a process of its own' : `a process of its own (${record.program.name})`
  return warn(
    `${place}: ${builds} failed the self-test on ${when}. ${record.reason}`,
    'Nothing has to be done: runs work there as well. Settings, Trainer, tests again.',
  )
}

async function checkPackages(): Promise<Finding> {
  const missing = await missingPackages(['window', 'virtual display'])
  if (missing.length === 0) return ok('all that Electron and its tests need')
  return warn(`missing for the window or its tests: ${missing.join(' ')}`, 'Run `npm run setup`.')
}

function checkDisplay(): Finding {
  if (process.platform !== 'linux') return ok('the system’s own')
  const display = process.env['WAYLAND_DISPLAY'] ?? process.env['DISPLAY']
  if (display) return ok(display)
  return warn(
    'none',
    '`npm start` runs the starter preset in the terminal; connect a display to see the window.',
  )
}

function nodeVersion(): string {
  const electron = process.versions['electron']
  return `${process.versions.node}${electron ? ` in Electron ${electron}` : ''}, ${process.platform} ${release()}`
}

function ok(detail: string): Finding {
  return { status: 'ok', detail }
}

function warn(detail: string, remedy: string): Finding {
  return { status: 'warn', detail, remedy }
}

function failed(error: unknown): Finding {
  const { message, remedy } = toFailure(error)
  return { status: 'fail', detail: message, ...(remedy && { remedy }) }
}
