/**
 * Checks, before anything is opened, that a path leads to a file that ends. Devices, named pipes and some of the
 * kernel's own files can be read or waited for without end, and a folder or a socket gives an error that names neither.
 * Costs a `stat` and a `statfs`, and one short read where the contents matter.
 */
import type { Stats } from 'node:fs'
import { statfsSync, statSync } from 'node:fs'
import { open, stat, statfs } from 'node:fs/promises'

import { MidbenchError } from '../errors'

/** How a Git LFS pointer begins, by its specification; a whole pointer has some 130 bytes. */
const LFS_POINTER = 'version https://git-lfs.github.com/spec/'

/** Linux's numbers for proc, sysfs, debugfs and tracefs: their files claim to be regular, and some never end. */
const KERNEL_FILE_SYSTEMS = [0x9fa0, 0x62656572, 0x64626720, 0x74726163]

/** @throws MidbenchError `file.not-regular`, `file.name`; the file system's error where nothing can be seen */
export async function requireRegularFile(path: string): Promise<void> {
  refuseNul(path)
  refuseOther(path, await stat(path))
  refuseKernels(path, (await statfs(path)).type)
}

/** Like {@link requireRegularFile}, but synchronous. */
export function requireRegularFileSync(path: string): void {
  refuseNul(path)
  refuseOther(path, statSync(path))
  refuseKernels(path, statfsSync(path).type)
}

/**
 * Requires a regular file that is the real one, not the pointer that Git leaves in place of a large file.
 *
 * @throws MidbenchError also `file.lfs-pointer`
 */
export async function requireFileItself(path: string): Promise<void> {
  await requireRegularFile(path)
  if (!(await isLfsPointer(path))) return
  throw new MidbenchError({
    code: 'file.lfs-pointer',
    message: `${path} is a Git LFS pointer: the note that Git keeps in place of a large file.`,
    remedy: 'Run git lfs pull in its repository to fetch the file itself.',
  })
}

/**
 * The same for a file that must not be empty: checkpoints, parquet files, pickles and JSON.
 *
 * @throws MidbenchError also `file.empty`
 */
export async function requireContents(path: string): Promise<void> {
  await requireFileItself(path)
  if ((await stat(path)).size > 0) return
  throw new MidbenchError({
    code: 'file.empty',
    message: `${path} is empty.`,
    remedy: 'Copy or download it again; a copy that was cut off at its start looks like this.',
  })
}

async function isLfsPointer(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LFS_POINTER.length), 0, LFS_POINTER.length, 0)
    return buffer.toString('latin1', 0, bytesRead) === LFS_POINTER
  } finally {
    await file.close()
  }
}

function refuseNul(path: string): void {
  if (!path.includes('\0')) return
  throw new MidbenchError({
    code: 'file.name',
    message: `The path ${JSON.stringify(path)} holds a NUL character.`,
    remedy: 'Correct the path.',
  })
}

function refuseOther(path: string, found: Stats): void {
  if (found.isFile()) return
  throw new MidbenchError({
    code: 'file.not-regular',
    message: `${path} is ${kindOf(found)}, not a file.`,
    remedy: 'Name a file.',
  })
}

function refuseKernels(path: string, fileSystem: number): void {
  if (!KERNEL_FILE_SYSTEMS.includes(fileSystem)) return
  throw new MidbenchError({
    code: 'file.not-regular',
    message: `${path} is made up by the kernel as it is read, and is no file on a disk.`,
    remedy: 'Name a file; or copy what it says into one.',
  })
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder'
  if (found.isFIFO()) return 'a pipe'
  if (found.isSocket()) return 'a socket'
  return 'a device'
}
