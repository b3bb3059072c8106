/** Why the system did not let a file be written, in words. */
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

/** @returns undefined for a failure of another kind */
export function writeReason(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return REASONS[code]
}
