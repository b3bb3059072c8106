/**
 * The projects that are not open: the unsaved ones, each kept until a person throws it away, and the files that were
 * opened last. They are kept in projects.json of the data folder, which is written at every change.
 */
import { z } from 'zod'

import { givenConfig } from '../config/config.schema'
import { branchOff } from '../runs/branch-off.schema'
import { JsonFile } from '../files/kept-json'

/** A project as it is worked on. */
export const keptProject = z.object({
  /** Names it among the projects. A project with a file is named by the file's path; those of before had no id. */
  id: z.string().default(''),
  /** Its file; null for one without, and for the starter project of the config's recipe, wherever the app keeps it. */
  path: z.string().nullable(),
  /** Of a project without a file: what it is called, and where its relative paths start. Null for the starter. */
  draft: z.object({ name: z.string(), dir: z.string() }).nullable().default(null),
  modified: z.boolean(),
  /** Where its run begins; null = with the base checkpoint. */
  branch: branchOff.nullable().default(null),
  config: givenConfig,
})
export type KeptProject = z.infer<typeof keptProject>

const shelfFile = z.object({ unsaved: z.array(keptProject), recent: z.array(z.string()) })

/** How many files are remembered. */
const MOST_RECENT = 10

export class ProjectShelf {
  private readonly file: JsonFile<z.infer<typeof shelfFile>>
  private projects: KeptProject[]
  private files: string[]
  /** What was wrong with the stored projects, to be shown; null when nothing was. */
  readonly problem: string | null

  constructor(path: string) {
    this.file = new JsonFile(path, shelfFile)
    const { value, problem } = this.file.read()
    this.problem = problem
    this.projects = value?.unsaved ?? []
    this.files = value?.recent ?? []
  }

  /** The unsaved projects, the one put here last first. */
  get unsaved(): readonly KeptProject[] {
    return this.projects
  }

  /** The files opened or saved last, the last first. */
  get recent(): readonly string[] {
    return this.files
  }

  get(id: string): KeptProject | undefined {
    return this.projects.find((project) => project.id === id)
  }

  /** Resolves once the project is on disk. @throws MidbenchError `file.unwritable` */
  async put(project: KeptProject): Promise<void> {
    this.projects = [project, ...this.projects.filter(({ id }) => id !== project.id)]
    await this.write()
  }

  /** @throws MidbenchError `file.unwritable` */
  async remove(id: string): Promise<void> {
    if (this.get(id) === undefined) return
    this.projects = this.projects.filter((project) => project.id !== id)
    await this.write()
  }

  /** @throws MidbenchError `file.unwritable` */
  async remember(path: string): Promise<void> {
    if (this.files[0] === path) return
    this.files = [path, ...this.files.filter((file) => file !== path)].slice(0, MOST_RECENT)
    await this.write()
  }

  private write(): Promise<void> {
    return this.file.write({ unsaved: this.projects, recent: this.files })
  }
}
