/** An invisible display for tests: Xvfb, which finds a free number itself. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { MidbenchError } from '../src-main/errors'

const screen = '1920x1080x24'
// Without -noreset the server restarts whenever its last client leaves, and drops whoever connects meanwhile: a test
// whose app starts as the one before ends would find no display.
const options = ['-screen', '0', screen, '-nolisten', 'tcp', '-noreset']

/** Runs `work` with the name of a fresh display (such as `:99`) and ends the display afterwards. */
export async function withVirtualDisplay<Result>(
  work: (display: string) => Promise<Result>,
): Promise<Result> {
  const server = spawn('Xvfb', ['-displayfd', '3', ...options], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const numberPipe = server.stdio[3]
  if (!numberPipe) throw displayFailed('it has no pipe')
  const exited = once(server, 'exit').then(
    () => Promise.reject(displayFailed('it ended at once')),
    (error: unknown) => Promise.reject(displayFailed(String(error))),
  )
  const started = once(numberPipe, 'data').then(([number]) => `:${String(number).trim()}`)
  try {
    const display = await Promise.race([started, exited])
    exited.catch(() => undefined) // it ends when we end it
    return await work(display)
  } finally {
    server.kill()
  }
}

function displayFailed(why: string): MidbenchError {
  return new MidbenchError({
    code: 'display.failed',
    message: `Xvfb, the display for tests, did not start: ${why}.`,
    remedy: 'Run `npm run setup`, which names or installs what is missing.',
  })
}
