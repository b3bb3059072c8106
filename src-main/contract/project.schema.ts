/** The project: the config that the window edits, and the file it lives in. */
import { z } from 'zod'
import { packingFacts } from '../packing/packing-facts.schema'
import { givenConfig, runConfig } from '../config/config.schema'
import { RECIPES } from '../config/recipes.schema'
import { failure } from '../config/run.schema'
import { baseSettings } from '../config/resolve'
import { branchOff } from '../runs/branch-off.schema'
import { nanochatFolder } from '../runs/nanochat-folder.schema'
import { derived, finding } from '../runs/preflight.schema'
import { nothing } from './common.schema'

export const project = z.object({
  /** Names it among the projects: its file's path, or a made-up id. */
  id: z.string(),
  name: z.string(),
  /** The config file; null when it has not been saved yet. */
  path: z.string().nullable(),
  /** The folder that relative paths start from. */
  dir: z.string(),
  /** Whether it comes with the app and is never written to: saving asks for another place. */
  read_only: z.boolean(),
  /** Whether it was edited since it was opened or last written. */
  modified: z.boolean(),
  /** The config as its file gives it: what is edited. */
  given: givenConfig,
  /** What its recipe may inherit; null where there is nothing. */
  base: baseSettings.nullable(),
  /** Every option with its value: what a run is started with. */
  config: runConfig,
  /** Where its run begins; null = with the base checkpoint. The project's file does not hold it. */
  branch: branchOff.nullable(),
})

/** With the reason where what is kept beside it did not go along to another file. */
const savedProject = project.extend({ left_behind: failure.optional() })

/** A project that can be opened by its id. */
const otherProject = z.object({ id: z.string(), name: z.string(), path: z.string().nullable() })

export const projectCalls = {
  'project.current': { input: nothing, output: project },
  'project.starter': { input: z.object({ recipe: z.enum(RECIPES) }), output: project },
  /** Opens a config file; without a path, asks for one. null: the dialog was cancelled. */
  'project.open': { input: z.object({ path: z.string().optional() }), output: project.nullable() },
  /** The projects that are not open: the unsaved ones, and the files opened last that are still there. */
  'project.list': {
    input: nothing,
    output: z.object({ unsaved: z.array(otherProject), recent: z.array(otherProject) }),
  },
  /** Opens an unsaved project, or a file that was open before. */
  'project.show': { input: z.object({ id: z.string() }), output: project },
  /** Opens a new project, which has no file. */
  'project.create': { input: z.object({ name: z.string(), config: givenConfig }), output: project },
  /** Opens a copy of a run's options as a new project. */
  'project.duplicate': { input: z.object({ runId: z.string() }), output: project },
  /** Opens the options of a run at one of its checkpoints as a new project, whose run goes on from there. */
  'project.branch': {
    input: z.object({
      ...branchOff.shape,
      /** Conversations of mixture.train, as [entry, row], that are excluded besides. */
      without: runConfig.shape.exclude.optional(),
    }),
    output: project,
  },
  /** Has the project's run begin at another checkpoint, or with the base again. */
  'project.branchAt': { input: z.object({ branch: branchOff.nullable() }), output: project },
  /** Keeps a copy of the open project among the unsaved ones, before something replaces much of it. */
  'project.keepCopy': { input: z.object({ name: z.string() }), output: nothing },
  /** Throws an unsaved project away, which is not open; `putBack` brings it back until the app ends. */
  'project.throwAway': { input: z.object({ id: z.string() }), output: nothing },
  'project.putBack': { input: z.object({ id: z.string() }), output: nothing },
  /** Gives the project its file's options again. */
  'project.revert': { input: nothing, output: project },
  /** On the first start, the nanochat folder that the environment names or that was found; else null. */
  'project.offer': { input: nothing, output: nanochatFolder.nullable() },
  /** The folder is not wanted: it is not offered again. */
  'project.declineOffer': { input: nothing, output: nothing },
  /**
   * Stores the edited config, without writing its file.
   *
   * `id`: the project that was edited, which may have been closed since. The answer is the open one.
   */
  'project.edit': { input: z.object({ config: givenConfig, id: z.string().optional() }), output: project },
  /** Writes the config's file; asks for a place when it has none, or with `as`. */
  'project.save': { input: z.object({ as: z.boolean().optional() }), output: savedProject.nullable() },
  /** Asks for a file; null when cancelled. */
  'project.pickFile': {
    input: z.object({ kind: z.enum(['jsonl', 'parquet', 'words', 'conversations', 'folder']) }),
    output: z.string().nullable(),
  },
  /** Checks a config as it is typed: accepts anything, names what is wrong. */
  'project.check': {
    input: z.object({
      config: z.unknown(),
      dir: z.string(),
      /** Facts of exactly this config, where they are known. */
      facts: packingFacts.nullable(),
      /** Of a branch: where it begins. */
      branch: branchOff.optional(),
    }),
    output: z.object({ valid: z.boolean(), findings: z.array(finding), derived: derived.nullable() }),
  },
} as const

export type Project = z.infer<typeof project>
export type SavedProject = z.infer<typeof savedProject>
export type ProjectList = z.infer<(typeof projectCalls)['project.list']['output']>
export type Finding = z.infer<typeof finding>
export type Derived = z.infer<typeof derived>
