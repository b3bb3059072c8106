/**
 * Puts the system's refusals into words: Node's `ENOENT: no such file or directory, open '/x'` is for programs. Every
 * failure that reaches a person passes through here (errors.ts); code that knows more about its own case asks for the
 * reason alone and says the rest itself.
 */

/** The words for a system error. */
interface SystemFailure {
  code: string
  message: string
  remedy?: string
}

interface Known {
  code: string
  reason: string
  remedy: string
}

const CORRECT_PATH = 'Correct the path, or put there what it names.'
const PERMISSION = 'Give yourself the right to it (ls -l shows who has it), or choose another place.'
const ANOTHER_PLACE = 'Choose another place, or move what stands there away.'
const MAKE_ROOM = 'Make room there, or choose a place on another disk.'
const TRY_AGAIN = 'See whether the disk is sound and connected, then try again.'
const STORE =
  'Start Midbench again: it sets a damaged store aside and makes it again from the folders of the runs.'

const KNOWN: Readonly<Record<string, Known>> = {
  ENOENT: { code: 'file.missing', reason: 'there is no such file or folder', remedy: CORRECT_PATH },
  ENOTDIR: {
    code: 'file.missing',
    reason: 'a part of the path is a file, not a folder',
    remedy: CORRECT_PATH,
  },
  ELOOP: { code: 'file.missing', reason: 'its links go round in a circle', remedy: CORRECT_PATH },
  ENXIO: { code: 'file.not-regular', reason: 'it is no file that can be read', remedy: CORRECT_PATH },
  EISDIR: { code: 'file.not-regular', reason: 'it is a folder', remedy: 'Name a file.' },
  EACCES: { code: 'file.denied', reason: 'you may not read or write it', remedy: PERMISSION },
  EPERM: { code: 'file.denied', reason: 'you may not read or write it', remedy: PERMISSION },
  EEXIST: { code: 'file.taken', reason: 'something of that name stands there', remedy: ANOTHER_PLACE },
  ENOTEMPTY: { code: 'file.taken', reason: 'the folder there is not empty', remedy: ANOTHER_PLACE },
  EXDEV: { code: 'file.taken', reason: 'it would have to move to another disk', remedy: ANOTHER_PLACE },
  ENAMETOOLONG: {
    code: 'file.name',
    reason: 'the name is longer than the system takes',
    remedy: CORRECT_PATH,
  },
  ENOSPC: { code: 'disk.full', reason: 'the disk is full', remedy: MAKE_ROOM },
  EDQUOT: { code: 'disk.full', reason: 'the disk quota is used up', remedy: MAKE_ROOM },
  EFBIG: { code: 'disk.full', reason: 'it is larger than this process may write', remedy: MAKE_ROOM },
  EROFS: { code: 'disk.read-only', reason: 'the disk is read-only', remedy: ANOTHER_PLACE },
  EIO: { code: 'disk.failed', reason: 'the disk does not answer as it should', remedy: TRY_AGAIN },
  ESTALE: { code: 'disk.failed', reason: 'the network disk has lost it', remedy: TRY_AGAIN },
  EBUSY: { code: 'file.busy', reason: 'something else is using it', remedy: 'Close that, then try again.' },
  ETXTBSY: { code: 'file.busy', reason: 'something else is using it', remedy: 'Close that, then try again.' },
  EMFILE: {
    code: 'file.too-many',
    reason: 'too many files are open',
    remedy: 'Raise the limit: ulimit -n 4096.',
  },
  ENFILE: { code: 'file.too-many', reason: 'too many files are open', remedy: 'Close other programs.' },
  ERR_INVALID_ARG_VALUE: {
    code: 'file.name',
    reason: 'the path holds a NUL character',
    remedy: CORRECT_PATH,
  },
  ERR_STRING_TOO_LONG: { code: 'file.too-large', reason: 'it is too large', remedy: 'Name another file.' },
  ERR_FS_FILE_TOO_LARGE: { code: 'file.too-large', reason: 'it is too large', remedy: 'Name another file.' },
  SQLITE_CORRUPT: { code: 'store.damaged', reason: 'the run store is damaged', remedy: STORE },
  SQLITE_NOTADB: { code: 'store.damaged', reason: 'the run store is damaged', remedy: STORE },
}

/** The failure for a system error; undefined where it is none, or an unknown one. */
export function systemFailure(error: unknown): SystemFailure | undefined {
  const known = knownOf(error)
  if (known === undefined) return undefined
  const path = pathOf(error)
  const reason = path === undefined ? capitalised(known.reason) : `${path}: ${known.reason}`
  return { code: known.code, message: `${reason}.`, remedy: known.remedy }
}

/** Why something failed, to be put after a colon: a system error in words, any other error's message. */
export function reasonOf(error: unknown): string {
  return knownOf(error)?.reason ?? (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
}

/** The code of a system error, such as `ENOENT`; '' for any other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function knownOf(error: unknown): Known | undefined {
  const code = codeOf(error)
  // Among errors of wrong arguments, only the one caused by a person's path.
  if (code === 'ERR_INVALID_ARG_VALUE' && !String(error).includes('null bytes')) return undefined
  return KNOWN[code]
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
