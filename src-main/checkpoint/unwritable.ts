/** Saving where the disk may refuse: a refusal becomes an error that says why and what to do. */
import { MidbenchError } from '../errors'
import { isRefusedWrite, writeReason } from '../files/write-reason'

/**
 * Runs work that writes.
 *
 * @param path of what is written, for the message
 * @throws MidbenchError `checkpoint.write` where the system refuses to write; any other failure unchanged
 */
export async function saving<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (!isRefusedWrite(error)) throw error
    throw new MidbenchError(
      {
        code: 'checkpoint.write',
        message: `${path} could not be written: ${writeReason(error)}. What was there before is untouched.`,
        remedy: 'Make room or choose another folder, then save again.',
      },
      { cause: error },
    )
  }
}
