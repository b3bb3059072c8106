/**
 * Downloads a split into nanochat's task_data, so that the person's nanochat finds it as if it had downloaded it itself:
 * the files of the hub's parquet export, named by their number, and last the manifest. Until then an older manifest is
 * gone, so that neither program takes half a split for a whole one. What has arrived stays when it is aborted or fails,
 * and the next call continues from there.
 */
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureFolder } from '../../files/ensure-folder'
import { exists, makeFile, syncPath } from '../../files/durable'
import { freeSpace, requireSpace } from '../../files/disk-space'
import { MidbenchError } from '../../errors'
import { describeSplit, type DatasetSplit } from './dataset-split'
import { exportFiles, type ExportFile } from './export-api'
import { arrivedBytes, fetchFile, hasChecksum } from './fetch-file'
import type { RequestOptions } from './hub-api'
import type { HubSettings } from './hub-env'
import type { DownloadOptions } from './fetch-files'
import { refuseOffline, type DownloadSize } from './splits'
import { findTaskData, MANIFEST, taskDataDir } from './task-data'

/**
 * @returns the split's files in order
 * @throws MidbenchError `hub.*`, `disk.full`; the file system's error where the folder cannot be written
 */
export async function fillTaskData(
  dataset: DatasetSplit,
  baseDir: string,
  hub: HubSettings,
  options: DownloadOptions = {},
): Promise<string[]> {
  const { files, total, arrived, dir } = await listed(dataset, baseDir, hub, options)
  await requireSpace(dir, (total ?? arrived) - arrived, describeSplit(dataset))
  await ensureFolder(dir)
  await rm(join(dir, MANIFEST), { force: true })
  await syncPath(dir)

  let before = 0
  for (const file of files) {
    const report = (done: number): void =>
      options.onProgress?.({ what: `downloading ${dataset.repo}`, unit: 'bytes', done: before + done, total })
    await fetchUnlessWhole(file, { ...options, onProgress: report })
    before += (await stat(file.target)).size
    report(0)
  }
  const names = files.map(({ name }) => JSON.stringify(name))
  await makeFile(join(dir, MANIFEST), `[${names.join(', ')}]`)
  return files.map(({ target }) => target)
}

/** The size of the download, by what the hub says of the files. @throws MidbenchError `hub.*` */
export async function taskDataSize(
  dataset: DatasetSplit,
  baseDir: string,
  hub: HubSettings,
  options: RequestOptions = {},
): Promise<DownloadSize> {
  const { total, arrived, dir } = await listed(dataset, baseDir, hub, options)
  return { total, arrived, free: await freeSpace(dir) }
}

/** A file of the export with its place in task_data. */
interface PlacedFile extends ExportFile {
  name: string
  target: string
  /** For people. */
  what: string
}

interface Listed {
  dir: string
  files: PlacedFile[]
  /** Bytes of all files; null where a server does not say. */
  total: number | null
  /** Bytes that are here already. */
  arrived: number
}

/** The files of the split's export, and what has arrived of them. */
async function listed(
  dataset: DatasetSplit,
  baseDir: string,
  hub: HubSettings,
  options: RequestOptions,
): Promise<Listed> {
  const dir = taskDataDir(dataset, baseDir)
  const label = describeSplit(dataset)
  const lack = `${label}: ${await lackOf(dataset, baseDir)}`
  refuseOffline(hub, lack)
  const exported = await exportFiles(dataset, hub, options).catch((error: unknown) => {
    throw withLack(error, lack)
  })
  const files = exported.map((file, index): PlacedFile => {
    const name = `${String(index).padStart(5, '0')}.parquet`
    return { ...file, name, target: join(dir, name), what: `${label}, ${name}` }
  })
  const sizes = files.map(({ size }) => size)
  const here = await Promise.all(files.map(({ target }) => arrivedBytes(target)))
  return {
    dir,
    files,
    total: sizes.includes(undefined) ? null : sizes.reduce<number>((sum, size = 0) => sum + size, 0),
    arrived: here.reduce((sum, bytes, at) => sum + Math.min(bytes, sizes[at] ?? bytes), 0),
  }
}

/** What is missing of the copy. @throws MidbenchError `data.missing` where its folder cannot be made */
async function lackOf(dataset: DatasetSplit, baseDir: string): Promise<string> {
  const found = await findTaskData(dataset, baseDir)
  if (found.state !== 'lacking') return `it is not in ${taskDataDir(dataset, baseDir)}`
  if (!found.leadsNowhere) return found.lack
  const message = `${describeSplit(dataset)}: ${found.lack}`
  throw new MidbenchError({ code: 'data.missing', message, remedy: 'Mend or remove that link.' })
}

/** A file of that name may be one that another program left half written, or one of an older export. */
async function fetchUnlessWhole(
  { target, url, headers, what, size, checksum }: PlacedFile,
  options: Parameters<typeof fetchFile>[1],
): Promise<void> {
  if (await exists(target)) {
    const isWhole =
      checksum === undefined
        ? size !== undefined && (await stat(target)).size === size
        : await hasChecksum(target, checksum)
    if (isWhole) return
    await rm(target)
  }
  const known = { ...(size === undefined ? {} : { size }), ...(checksum === undefined ? {} : { checksum }) }
  await fetchFile({ url, headers, target, what, ...known }, options)
}

/** Says first what is missing here, where the hub cannot be asked. */
function withLack(error: unknown, lack: string): unknown {
  if (!(error instanceof MidbenchError) || error.code !== 'hub.network') return error
  const message = `${lack}; and it cannot be downloaded: ${error.message}`
  const remedy = 'Connect to the network, put the files there, or name local parquet files with data_files.'
  return new MidbenchError({ code: error.code, message, remedy }, { cause: error })
}
