/**
 * Installs TensorFlow's C library from its Python wheel: the two shared libraries and the headers the binding needs,
 * in the layout of site-packages, where the CUDA build finds NVIDIA's libraries beside itself.
 *
 * Needs about 1.1 GB for the CPU build (274 MB of download), 7 GB for the CUDA build (2.5 GB of download).
 */
import { MidbenchError } from '../../errors'
import { requireSpace } from '../../files/disk-space'
import { tensorflowDir, tensorflowVersion, type TensorflowVariant } from '../installation'
import { download, pip, type DownloadOptions } from './download'
import { findCorruptFile, installFolder, isInstalled } from './folder'
import { tensorflowWheels } from './pinned'
import type { Report } from './report'
import { runCommand } from './run-command'
import { unzip } from './unzip'

const bytesNeeded: Record<TensorflowVariant, number> = { cpu: 1_400_000_000, cuda: 7_500_000_000 }

/**
 * Makes sure that a variant of TensorFlow is installed.
 *
 * @param deep - also read every file and install again where one is damaged
 * @returns whether it was installed now
 * @throws MidbenchError `pip.missing`, `disk.full`, `download.failed`, `download.checksum`
 */
export async function ensureTensorflow(
  variant: TensorflowVariant,
  report: Report,
  deep: boolean,
  options: DownloadOptions = {},
): Promise<boolean> {
  const folder = tensorflowDir(variant)
  const damaged = deep ? await findCorruptFile(folder) : undefined
  if (damaged) report({ kind: 'note', message: `${damaged} is damaged; TensorFlow will be installed again.` })
  else if (isInstalled(folder)) return false
  const name = `TensorFlow ${tensorflowVersion} (${variant})`
  await requireSpace(folder, bytesNeeded[variant], name, 0)
  await requirePip()
  const wheels: string[] = []
  for (const pin of tensorflowWheels[variant]) wheels.push(await download(pin, pip, report, options))
  report({ kind: 'working', message: `Unpacking ${name}` })
  await installFolder(folder, async (staging) => {
    for (const wheel of wheels) await unzip(wheel, staging, placeWheelFile)
  })
  return true
}

/**
 * @throws MidbenchError `pip.missing` where there is no python3 or it has no pip
 */
export async function requirePip(): Promise<void> {
  const remedy = 'Install Python 3 with pip: `sudo apt-get install -y python3 python3-pip`.'
  const found = await runCommand('python3', ['-m', 'pip', '--version']).catch((cause: unknown) => {
    const message = 'There is no Python: python3 could not be run. TensorFlow comes as a Python package.'
    throw new MidbenchError({ code: 'pip.missing', message, remedy }, { cause })
  })
  if (found.code === 0) return
  throw new MidbenchError({
    code: 'pip.missing',
    message: 'python3 has no pip, which fetches TensorFlow.',
    remedy,
  })
}

/** Keeps libraries, the C headers, NVIDIA's libraries and compiler tools, and every licence; no Python. */
function placeWheelFile(entryName: string): string | undefined {
  const wanted =
    /^tensorflow\/(libtensorflow_(cc|framework)\.so\.2|THIRD_PARTY_NOTICES\.txt)$/.test(entryName) ||
    /^tensorflow\/include\/(tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\/.*\.h$/.test(
      entryName,
    ) ||
    /^nvidia\/\w+\/(lib|bin|nvvm)\//.test(entryName) ||
    /\.dist-info\/.*licen[cs]e/i.test(entryName)
  return wanted ? entryName : undefined
}
