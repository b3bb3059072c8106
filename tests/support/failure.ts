/** Catches a failure for a test to look at; anything but a MidbenchError is a fault of the test's subject. */
import { type Failure, MidbenchError } from '../../src-main/errors'

export async function failureOf(run: () => unknown): Promise<Failure> {
  try {
    await run()
  } catch (error) {
    if (error instanceof MidbenchError) return error.toFailure()
    throw error
  }
  throw new Error('it did not fail')
}
