/** Says in words why the system did not let a file be written. */
import { codeOf, reasonOf } from '../system-error'

const REASONS: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'the folder may not be written',
  EPERM: 'the folder may not be written',
  EROFS: 'the disk is read-only',
  EFBIG: 'it is larger than this process may write',
  EIO: 'the disk does not answer as it should',
  ENOTDIR: 'a file stands where its folder belongs',
  EEXIST: 'a file stands where its folder belongs',
}

/**
 * Whether the system refused to write because of the disk, its permissions or what is in the way, and not by a fault of
 * ours.
 */
export function isRefusedWrite(error: unknown): boolean {
  return codeOf(error) in REASONS
}

/** Why a file could not be written, to be put after a colon; for any other failure, its own message. */
export function writeReason(error: unknown): string {
  return REASONS[codeOf(error)] ?? reasonOf(error)
}
