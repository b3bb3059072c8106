/** Unpacks chosen entries of a package from npm, which is a compressed tar archive, with the machine's own tar. */
import { MidbenchError } from '../../errors'
import { lastLines, runCommand } from './run-command'

/**
 * @param entries - paths within the archive; executable bits are kept
 * @throws MidbenchError `archive.unpack`
 */
export async function untar(archive: string, target: string, entries: string[]): Promise<void> {
  const finished = await runCommand('tar', ['-xzf', archive, '-C', target, ...entries])
  if (finished.code === 0) return
  throw new MidbenchError({
    code: 'archive.unpack',
    message: `${archive} could not be unpacked: ${lastLines(finished)}.`,
    remedy: 'Check that tar and gzip can be run and that the disk has room, then run this again.',
  })
}
