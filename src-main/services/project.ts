/**
 * The open project: a config file and the copy of it that is being worked on.
 *
 * The working copy is kept in project.json of the data folder, so that an edit survives a crash without changing the
 * config file; only `save` writes that. The starter project comes with the app, in a form for each recipe, and is read
 * only: saving it asks for another place, and its paths become absolute there.
 *
 * The copy holds what is given, as the file does. What its recipe takes from the base checkpoint is read beside it, anew
 * with every change.
 */
import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import { z } from 'zod'

import { MidbenchError } from '../errors'
import { makeFile } from '../files/durable'
import { requireRegularFileSync } from '../files/regular-file'
import { decodeText, readTextFile } from '../files/text-file'
import type { Project } from '../contract/contract'
import { baseDirOf, parseGiven, parseJson, unreadableConfig, withAbsolutePaths } from '../config/config'
import { type GivenConfig, givenConfig } from '../config/config.schema'
import { type Recipe, RECIPES } from '../config/recipes.schema'
import { type BaseSettings, resolveConfig } from '../config/resolve'
import { writeReason } from '../files/write-reason'
import { JsonFile } from '../files/kept-json'

/** `path` is null for the starter project of the config's recipe, wherever this version of the app keeps it. */
const kept = z.object({ path: z.string().nullable(), modified: z.boolean(), config: givenConfig })
type Kept = z.infer<typeof kept>

export interface ProjectStoreOptions {
  /** Where the working copy is kept. */
  file: string
  /** The starter project's config, by recipe. */
  starters: Readonly<Record<Recipe, string>>
  /** Options, by name, that differ from the file's in this machine's starter project. */
  starterOptions?: GivenConfig
  /** What a config's base checkpoint says of its options. @default nothing is inherited */
  readBase?: (given: GivenConfig, dir: string) => Promise<BaseSettings | null>
  /** Called before the project is saved as another file. @default nothing goes along with it */
  beforeMove?: (from: Project, path: string) => Promise<void>
  /** Called at each change. */
  changed: (project: Project) => void
}

export class ProjectStore {
  private readonly file: JsonFile<Kept>
  private state: Kept
  private base: BaseSettings | null = null
  /** What was wrong with the stored project, to be shown; null when nothing was. */
  readonly problem: string | null

  /** @throws MidbenchError where the starter project itself is damaged */
  constructor(private readonly options: ProjectStoreOptions) {
    this.file = new JsonFile(options.file, kept)
    const { value, problem } = this.file.read()
    this.problem = problem
    this.state = value ? this.refreshed(value) : this.starter()
  }

  get current(): Project {
    const { modified, config: given } = this.state
    const { base } = this
    const path = this.state.path ?? this.options.starters[recipeOf(given)]
    const readOnly = this.state.path === null
    const name = readOnly ? 'Starter project' : basename(path, '.json')
    const { config } = resolveConfig(given, base)
    return { name, path, dir: dirname(path), read_only: readOnly, modified, given, base, config }
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
    return this.set(this.starter(recipe))
  }

  /** @throws MidbenchError `config.missing`, `config.not-json`, `config.invalid` */
  async open(path: string): Promise<Project> {
    const absolute = resolve(path)
    const starter = RECIPES.find((recipe) => absolute === this.options.starters[recipe])
    if (starter !== undefined) return this.openStarter(starter)
    const text = await readTextFile(absolute).catch((cause: unknown) => {
      throw unreadable(absolute, cause)
    })
    return this.set({ path: absolute, modified: false, config: readConfig(text, absolute) })
  }

  /** Stores an edited config; its file is not changed. */
  async edit(config: GivenConfig): Promise<Project> {
    return this.set({ ...this.state, modified: true, config })
  }

  /** Writes the config to its file. @throws MidbenchError `project.read-only` for the starter project */
  async save(): Promise<Project> {
    if (this.state.path === null) throw readOnly()
    return this.write(this.state.path, this.state.config)
  }

  /** Writes the config to another file, which becomes the project. In another folder its paths become absolute. */
  async saveAs(path: string): Promise<Project> {
    const target = resolve(path)
    if (Object.values(this.options.starters).includes(target)) throw readOnly()
    const from = this.current.dir
    await this.options.beforeMove?.(this.current, target)
    const moved = dirname(target) === from ? this.state.config : absoluteConfig(this.state.config, from)
    return this.write(target, moved)
  }

  private starter(recipe: Recipe = 'mid'): Kept {
    const { starters, starterOptions } = this.options
    const config = readConfig(readFileSync(starters[recipe], 'utf8'), starters[recipe])
    return { path: null, modified: false, config: { ...config, ...starterOptions } }
  }

  /** An unedited project follows its file, which may have been changed by hand; without the file, the copy is used. */
  private refreshed(stored: Kept): Kept {
    if (stored.modified) return stored
    if (stored.path === null) return this.starter(recipeOf(stored.config))
    try {
      return { ...stored, config: readConfig(readText(stored.path), stored.path) }
    } catch {
      return { ...stored, modified: true }
    }
  }

  private async write(path: string, config: GivenConfig): Promise<Project> {
    try {
      await makeFile(path, `${JSON.stringify(config, null, 2)}\n`)
    } catch (cause) {
      const message = `${path} cannot be written: ${writeReason(cause)}.`
      throw new MidbenchError(
        { code: 'project.unwritable', message, remedy: 'Mend that, or save it in another place.' },
        { cause },
      )
    }
    return this.set({ path, modified: false, config })
  }

  private async set(state: Kept): Promise<Project> {
    this.state = state
    await this.readBase()
    this.options.changed(this.current)
    await this.file.write(state)
    return this.current
  }

  private async readBase(): Promise<void> {
    const { state } = this
    const base = (await this.options.readBase?.(state.config, this.current.dir)) ?? null
    if (state === this.state) this.base = base // else a later change reads its own
  }
}

function recipeOf({ recipe = 'mid' }: GivenConfig): Recipe {
  return recipe
}

function readOnly(): MidbenchError {
  return new MidbenchError({
    code: 'project.read-only',
    message: 'The starter project comes with the app and is not written to.',
    remedy: 'Save it in a place of its own.',
  })
}

/** Reads a config to be edited: options that contradict each other are accepted, unknown ones are refused. */
function readConfig(text: string, path: string): GivenConfig {
  return parseGiven(parseJson(text, path), path)
}

function absoluteConfig(given: GivenConfig, dir: string): GivenConfig {
  const baseDir = given.base_dir ? baseDirOf(given, dir) : null
  return { ...withAbsolutePaths(given, dir, baseDir ?? ''), base_dir: baseDir }
}

function readText(path: string): string {
  requireRegularFileSync(path)
  return decodeText(readFileSync(path), path)
}

function unreadable(path: string, cause: unknown): MidbenchError {
  return cause instanceof MidbenchError ? cause : unreadableConfig(path, cause, 'Open another file.')
}
