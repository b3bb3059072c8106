/**
 * The open project: a config file and the copy of it that is being worked on, or a draft, which has no file yet.
 *
 * The working copy is kept in project.json of the data folder, so that an edit survives a crash without changing the
 * config file; only `save` writes that. Opening another project puts an edited one on the shelf (project-shelf.ts) as
 * it is, where it stays until it is opened again or thrown away. The starter project comes with the app, in a form for
 * each recipe, and is read only: saving it asks for another place, and its paths become absolute there.
 *
 * The copy holds what is given, as the file does. What its recipe takes from the base checkpoint is read beside it, anew
 * with every change.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import type { Failure } from '../errors'
import type { Project, ProjectList, SavedProject } from '../contract/contract'
import type { GivenConfig, RunConfig } from '../config/config.schema'
import type { BranchOff } from '../runs/branch-off.schema'
import { type Recipe, RECIPES } from '../config/recipes.schema'
import { type BaseSettings, resolveConfig } from '../config/resolve'
import { JsonFile } from '../files/kept-json'
import { givenOf, runOfConfig } from './project-copy'
import { readOnlyProject, unknownProject } from './project-errors'
import { absoluteConfig, readProjectFile, readProjectFileSync, writeProjectFile } from './project-file'
import { type KeptProject, keptProject, ProjectShelf } from './project-shelf'
import { recipeOf, shownProject } from './project-view'

export interface ProjectStoreOptions {
  /** Where the working copy is kept; the shelf lies beside it. */
  file: string
  /** The starter project's config, by recipe. */
  starters: Readonly<Record<Recipe, string>>
  /** Options, by name, that differ from the file's in this machine's starter project. */
  starterOptions?: GivenConfig
  /** What a config's base checkpoint says of its options. @default nothing is inherited */
  readBase?: (given: GivenConfig, dir: string) => Promise<BaseSettings | null>
  /** Called before the project is saved as another file; says what could not go along. @default nothing goes along */
  beforeMove?: (from: Project, path: string) => Promise<Failure | null>
  /** Called at each change. */
  changed: (project: Project) => void
}

export class ProjectStore {
  private readonly file: JsonFile<KeptProject>
  private readonly shelf: ProjectShelf
  private state: KeptProject
  private base: BaseSettings | null = null
  /** Projects closed or thrown away since the start, by id: they can be gone back to until the app ends. */
  private readonly left = new Map<string, KeptProject>()
  /** The id that the open project had before it was saved: an edit made meanwhile still has it. */
  private savedFrom: string | null = null
  /** What was wrong with the stored projects, to be shown. */
  readonly problems: readonly string[]
  /** Whether nothing was kept from before: Midbench is used here for the first time. */
  isFirstStart: boolean

  /** @throws MidbenchError where the starter project itself is damaged */
  constructor(private readonly options: ProjectStoreOptions) {
    this.file = new JsonFile(options.file, keptProject)
    this.shelf = new ProjectShelf(join(dirname(options.file), 'projects.json'))
    const { value, problem } = this.file.read()
    this.problems = [problem, this.shelf.problem].filter((each) => each !== null)
    this.isFirstStart = value === null && this.problems.length === 0
    this.state = value ? this.refreshed(value) : this.starter()
  }

  get current(): Project {
    return shownProject(this.state, this.base, this.options.starters)
  }

  /** The unsaved projects that are not open, and the files opened last. */
  list(): ProjectList {
    const { id: open, path } = this.state
    const unsaved = this.shelf.unsaved.filter(
      ({ id, draft, config }) =>
        id !== open && !(draft !== null && isDeepStrictEqual(config, this.state.config)),
    )
    return {
      unsaved: unsaved.map((kept) => {
        const { id, name, path: at } = shownProject(kept, null, this.options.starters)
        return { id, name, path: at }
      }),
      recent: this.shelf.recent
        .filter((file) => file !== path && existsSync(file))
        .map((file) => ({ id: file, name: basename(file, '.json'), path: file })),
    }
  }

  /** Keeps the project though nothing was edited: the next start is not the first any more. */
  async begin(): Promise<void> {
    this.isFirstStart = false
    await this.file.write(this.state)
  }

  /** The project, with what its base checkpoint says now: files and the settings' folder may have changed. */
  async reread(): Promise<Project> {
    const before = this.base
    await this.readBase()
    if (!isDeepStrictEqual(before, this.base)) this.options.changed(this.current)
    return this.current
  }

  /** Opens a recipe's starter project in its original state. */
  async openStarter(recipe: Recipe = 'mid'): Promise<Project> {
    return this.replace(this.starter(recipe))
  }

  /**
   * Opens a file. One that has unsaved edits is opened with them; a run's config as a copy, so that the run stays as it
   * was.
   *
   * @throws MidbenchError `config.missing`, `config.not-json`, `config.invalid`
   */
  async open(path: string): Promise<Project> {
    const absolute = resolve(path)
    const starter = RECIPES.find((recipe) => absolute === this.options.starters[recipe])
    if (starter !== undefined) return this.openStarter(starter)
    const edited = this.state.id === absolute ? this.state : this.shelf.get(absolute)
    if (edited !== undefined && isUnsaved(edited)) return this.replace(edited)
    const config = await readProjectFile(absolute)
    const run = await runOfConfig(absolute)
    if (run !== null) return this.copy(run, resolveConfig(config, null).config, dirname(absolute))
    const kept = { draft: null, modified: false, branch: null, config }
    const opened = await this.replace({ id: absolute, path: absolute, ...kept })
    await this.shelf.remember(absolute)
    return opened
  }

  /** Opens an unsaved project, or a file that was open before, by its id. @throws MidbenchError `project.unknown` */
  async show(id: string): Promise<Project> {
    if (id === this.state.id) return this.current
    const kept = this.shelf.get(id) ?? this.left.get(id)
    if (kept !== undefined && (isUnsaved(kept) || kept.path === null)) return this.replace(kept)
    if (kept === undefined && !this.shelf.recent.includes(id)) throw unknownProject()
    return this.open(id)
  }

  /** Opens a new project, which has no file. @param dir where its relative paths start */
  async create(name: string, dir: string, config: GivenConfig): Promise<Project> {
    const modified = Object.keys(config).length > 0
    return this.replace(this.draft(name, dir, config, modified))
  }

  /** Opens a copy of a run's options, as a project without a file. */
  async copy(name: string, config: RunConfig, dir: string): Promise<Project> {
    const given = await givenOf(config, async (each) => (await this.options.readBase?.(each, dir)) ?? null)
    return this.replace(this.draft(name, dir, given, true))
  }

  /** Opens the options of a run as a project without a file, whose run goes on from one of its checkpoints. */
  async branch(name: string, config: RunConfig, dir: string, branch: BranchOff): Promise<Project> {
    const given = await givenOf(config, async (each) => (await this.options.readBase?.(each, dir)) ?? null)
    return this.replace({ ...this.draft(name, dir, given, true), branch })
  }

  /** Has the project's run begin elsewhere; null = with the base checkpoint. */
  async branchAt(branch: BranchOff | null): Promise<Project> {
    return this.set({ ...this.state, modified: true, branch })
  }

  /** Puts a copy of the open project on the shelf, before something replaces much of it. */
  async keepCopy(name: string): Promise<void> {
    const { branch, config } = this.state
    await this.shelf.put({ ...this.draft(name, this.current.dir, config, true), branch })
  }

  /** Throws an unsaved project away; it can be put back until the app ends. @throws MidbenchError `project.unknown` */
  async throwAway(id: string): Promise<void> {
    const kept = this.shelf.get(id)
    if (kept === undefined || id === this.state.id) throw unknownProject()
    this.left.set(id, kept)
    await this.shelf.remove(id)
  }

  /** @throws MidbenchError `project.unknown` */
  async putBack(id: string): Promise<void> {
    const kept = this.left.get(id)
    if (kept === undefined) throw unknownProject()
    await this.shelf.put(kept)
  }

  /**
   * Stores an edited config; its file is not changed.
   *
   * @param id the project that was edited, where that may not be the open one any more
   */
  async edit(config: GivenConfig, id = this.state.id): Promise<Project> {
    if (id === this.state.id || id === this.savedFrom)
      return this.set({ ...this.state, modified: true, config })
    const kept = this.shelf.get(id) ?? this.left.get(id)
    if (kept === undefined) throw unknownProject()
    await this.shelf.put({ ...kept, modified: true, config })
    return this.current
  }

  /** Gives an edited project with a file the file's options again. @throws MidbenchError as `open` does */
  async revert(): Promise<Project> {
    const { path } = this.state
    if (path === null) throw unknownProject()
    const config = await readProjectFile(path)
    return this.set({ ...this.state, modified: false, config })
  }

  /** Writes the config to its file. @throws MidbenchError `project.read-only` where it has none of its own */
  async save(): Promise<Project> {
    const { path } = this.state
    if (path === null) throw readOnlyProject()
    return this.write(this.state, path, (config) => config)
  }

  /** Writes the config to another file, which becomes the project. In another folder its paths become absolute. */
  async saveAs(path: string): Promise<SavedProject> {
    const target = resolve(path)
    if (Object.values(this.options.starters).includes(target)) throw readOnlyProject()
    const from = this.state
    const { dir } = this.current
    const stayed = (await this.options.beforeMove?.(this.current, target)) ?? null
    const edited = from.id === target ? undefined : this.shelf.get(target)
    const saved = await this.write(from, target, (config) => {
      return dirname(target) === dir ? config : absoluteConfig(config, dir)
    })
    if (edited !== undefined) {
      // Unsaved edits of the file that was written over stay, as a project of their own.
      const name = `${basename(target, '.json')}, edits of before`
      const { branch, config } = edited
      await this.shelf.put({ ...this.draft(name, dirname(target), config, true), branch })
    }
    return stayed === null ? saved : { ...saved, left_behind: stayed }
  }

  private starter(recipe: Recipe = 'mid'): KeptProject {
    const { starters, starterOptions } = this.options
    const config = readProjectFileSync(starters[recipe])
    const kept = { draft: null, modified: false, branch: null }
    return { ...unnamed(), ...kept, config: { ...config, ...starterOptions } }
  }

  /** A project without a file. Where another is called the same, it gets a number. */
  private draft(name: string, dir: string, config: GivenConfig, modified: boolean): KeptProject {
    const taken = new Set([this.state, ...this.shelf.unsaved].map(({ draft }) => draft?.name))
    let free = name
    for (let number = 2; taken.has(free); number++) free = `${name} ${String(number)}`
    return { ...unnamed(), draft: { name: free, dir }, modified, branch: null, config }
  }

  /** An unedited project follows its file, which may have been changed by hand; without the file, the copy is used. */
  private refreshed(stored: KeptProject): KeptProject {
    const known = { ...stored, id: stored.path ?? (stored.id || unnamed().id) }
    if (known.modified || known.draft !== null) return known
    if (known.path === null) return this.starter(recipeOf(known.config))
    try {
      return { ...known, config: readProjectFileSync(known.path) }
    } catch {
      return { ...known, modified: true }
    }
  }

  /**
   * Writes a project's file. Edits made meanwhile stay unsaved; where another project was opened meanwhile, that one
   * stays open.
   *
   * @param moved gives the options as they are beside that file
   */
  private async write(
    from: KeptProject,
    path: string,
    moved: (config: GivenConfig) => GivenConfig,
  ): Promise<Project> {
    await writeProjectFile(path, moved(from.config))
    const settled = path === from.id ? [from] : [from, this.shelf.get(path)]
    if (this.state.id === from.id) {
      this.savedFrom = from.id
      const modified = !isDeepStrictEqual(this.state.config, from.config)
      const { branch } = this.state
      await this.set({ id: path, path, draft: null, modified, branch, config: moved(this.state.config) })
    }
    for (const id of [from.id, path]) if (settled.includes(this.shelf.get(id))) await this.shelf.remove(id)
    await this.shelf.remember(path)
    return this.current
  }

  /** Opens another project, once the open one, where it is edited, is safely on the shelf. */
  private async replace(next: KeptProject): Promise<Project> {
    let written: KeptProject | null = null
    const isKept = (): boolean =>
      !isUnsaved(this.state) ||
      this.state.id === next.id ||
      (this.state === written && this.shelf.get(this.state.id) === written)
    while (!isKept()) {
      written = this.state // again, where it was edited meanwhile
      await this.shelf.put(written)
    }
    this.left.set(this.state.id, this.state)
    this.savedFrom = null
    const project = await this.set(next)
    if (this.state.id === next.id) await this.shelf.remove(next.id) // else it may have been put there again
    return project
  }

  private async set(state: KeptProject): Promise<Project> {
    this.state = state
    await this.readBase()
    this.options.changed(this.current)
    await this.file.write(this.state) // which a later change may have replaced by now
    return this.current
  }

  private async readBase(): Promise<void> {
    const { state } = this
    const base = (await this.options.readBase?.(state.config, this.current.dir)) ?? null
    if (state === this.state) this.base = base // else a later change reads its own
  }
}

/** A file has no place for where a project's run branches off. */
function isUnsaved({ modified, branch }: KeptProject): boolean {
  return modified || branch !== null
}

/** What names a project that has no file of its own. */
function unnamed(): { id: string; path: null } {
  return { id: randomUUID(), path: null }
}
