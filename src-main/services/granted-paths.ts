/**
 * The files that the page may name to have them read at once: those that a person chose in a dialog or dropped on the
 * window, and those that the open project names. Content that the page shows could take it over; the page must then not
 * be able to read any file on the disk, or to have one quoted in an error.
 */
import { dirname, resolve } from 'node:path'

import { namedFiles } from '../data/mixture.schema'
import { MidbenchError } from '../errors'
import type { Project } from '../contract/contract'
import { withAbsolutePaths } from '../config/config'

export class GrantedPaths {
  private readonly paths = new Set<string>()

  grant(path: string): void {
    this.paths.add(resolve(path))
  }

  /** The project's own file and those of its mixture, as they are at its opening; others are granted elsewhere. */
  grantProject({ path, dir, config }: Pick<Project, 'path' | 'dir' | 'config'>): void {
    if (path !== null) this.grant(path)
    const { train, val } = withAbsolutePaths(config, dir, '/').mixture
    for (const file of [...train, ...val].flatMap(namedFiles)) this.grant(file)
  }

  /** Like {@link require}, and also whatever lies in a folder that was chosen. @throws MidbenchError `file.not-granted` */
  requireWithin(path: string): void {
    const parents = [resolve(path)]
    for (let at = dirname(resolve(path)); at !== parents.at(-1); at = dirname(at)) parents.push(at)
    if (!parents.some((each) => this.paths.has(each))) this.require(path)
  }

  /** @throws MidbenchError `file.not-granted` */
  require(path: string): void {
    if (this.paths.has(resolve(path))) return
    throw new MidbenchError({
      code: 'file.not-granted',
      message: `${path} was not chosen by you: the window may not read it.`,
      remedy: 'Choose it with the button, or drop it on the window.',
    })
  }
}
