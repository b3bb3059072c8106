/** What keeps the programs of HumanEval in, in words: for the command line and the window. Pure. */
import type { Isolation } from './measurements.schema'

/** "without the network, unable to change files, as nobody". */
export function isolationText({ network, files, user }: Isolation): string {
  return [
    network ? 'without the network' : 'with the network',
    files ? 'unable to change files' : 'able to change files',
    user ? 'as nobody' : 'as the user who runs Midbench',
  ].join(', ')
}
