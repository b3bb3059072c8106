/** The project: the config that the window edits, and the file it lives in. */
import { z } from 'zod'
import { packingFacts } from '../packing/packing-facts.schema'
import { givenConfig, runConfig } from '../config/config.schema'
import { RECIPES } from '../config/recipes.schema'
import { baseSettings } from '../config/resolve'
import { derived, finding } from '../runs/preflight.schema'
import { nothing } from './common.schema'

export const project = z.object({
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
})

export const projectCalls = {
  'project.current': { input: nothing, output: project },
  'project.starter': { input: z.object({ recipe: z.enum(RECIPES) }), output: project },
  /** Opens a config file; without a path, asks for one. null: the dialog was cancelled. */
  'project.open': { input: z.object({ path: z.string().optional() }), output: project.nullable() },
  /** Stores the edited config as the current one, without writing its file. */
  'project.edit': { input: z.object({ config: givenConfig }), output: project },
  /** Writes the config's file; asks for a place when it has none, or with `as`. */
  'project.save': { input: z.object({ as: z.boolean().optional() }), output: project.nullable() },
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
    }),
    output: z.object({ valid: z.boolean(), findings: z.array(finding), derived: derived.nullable() }),
  },
} as const

export type Project = z.infer<typeof project>
export type Finding = z.infer<typeof finding>
export type Derived = z.infer<typeof derived>
