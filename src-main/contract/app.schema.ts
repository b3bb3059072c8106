/** The app itself: what it is, what it found on this machine, what it remembers. */
import { z } from 'zod'
import { nothing } from './common.schema'

const appInfo = z.object({
  version: z.string(),
  electron: z.string(),
  node: z.string(),
  chrome: z.string(),
  tensorflow: z.string().nullable(),
  platform: z.string(),
  licences: z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() })),
})
const check = z.object({
  id: z.string(),
  label: z.string(),
  status: z.enum(['ok', 'warn', 'fail']),
  detail: z.string(),
  remedy: z.string().optional(),
})
const doctorReport = z.object({
  checks: z.array(check),
  /** "CPU, 2 threads": the device that a run would use; null when no run is possible. */
  device: z.string().nullable(),
  /** How many threads can run at once: the most that TensorFlow may have. */
  processors: z.int().min(1),
})
const hostChoice = z.enum(['auto', 'thread', 'process'])
/** Sizes of text that can be chosen, in percent. */
export const TEXT_SIZES = [80, 90, 100, 110, 120, 130, 140, 150, 160] as const
const textSize = z.literal(TEXT_SIZES)
/** How curves are drawn over the steps of runs, in every place that has some. */
const curveChoices = z.object({
  x: z.enum(['step', 'tokens', 'epochs', 'active', 'wall']),
  log_x: z.boolean(),
  log_y: z.boolean(),
  /** Share that stays of the average when a value is added; 0 = none. */
  smoothing: z.number().min(0).max(0.999),
  /** Whether the y axis leaves outliers out. */
  clip: z.boolean(),
})
export const PLAIN_CURVES: CurveChoices = { x: 'step', log_x: false, log_y: false, smoothing: 0, clip: false }
/** The Runs table as the person wants it; `by` and `hidden` are keys of its columns. */
const runsTable = z.object({ hidden: z.array(z.string()), by: z.string(), descending: z.boolean() })
export const settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  /** The nanochat folder where a config names no base_dir. */
  base_dir: z.string().nullable(),
  /** Number of TensorFlow's threads, at most one a processor; null = all of them. */
  threads: z.int().min(1).nullable(),
  /** Where the trainer runs; `auto` follows the self-test's result. */
  trainer_host: hostChoice.default('auto'),
  curves: curveChoices.default(PLAIN_CURVES),
  /** Size of everything in the window, in percent of what it has by itself. */
  text_size: textSize.default(100),
  /** Whether the desktop says that a run has ended while the window is out of sight. */
  notify: z.boolean().default(true),
  /** Left out until a person changes the table. */
  runs_table: runsTable.optional(),
  /** Whether Talk's prompts stand beside the conversation; left out until a person folds them away. */
  talk_prompts: z.boolean().optional(),
})
const folder = z.object({ label: z.string(), path: z.string(), free_bytes: z.number().nullable() })
/** The environment variable that decides; null for the default. */
const set_by = z.string().nullable()
/** The hub as the Python tools' settings give it. The token itself never crosses: only whether there is one. */
const hub = z.strictObject({
  cache: z.strictObject({ path: z.string(), exists: z.boolean(), free_bytes: z.number().nullable(), set_by }),
  /** The host is null where the variable holds no address. */
  endpoint: z.strictObject({ host: z.string().nullable(), set_by }),
  /** file: where the token is read from, or would be; null where no file is read. */
  token: z.strictObject({ used: z.boolean(), file: z.string().nullable(), set_by }),
  offline: z.strictObject({ on: z.boolean(), set_by }),
})

const tokenState = z.strictObject({
  kept: z.boolean(),
  /** Why none can be kept, or why the kept one cannot be read. */
  problem: z.string().nullable(),
})

export const appCalls = {
  'app.info': { input: nothing, output: appInfo },
  'app.doctor': { input: nothing, output: doctorReport },
  'app.folders': { input: nothing, output: z.array(folder) },
  'app.hub': { input: nothing, output: hub },
  /** The hub token that is entered here: whether one is kept, and what is wrong. The token itself never comes back. */
  'app.token': { input: nothing, output: tokenState },
  /** Keeps a token, or forgets the kept one where it is null. */
  'app.keepToken': {
    input: z.object({
      token: z
        .string()
        .regex(/^\S{1,500}$/)
        .nullable(),
    }),
    output: tokenState,
  },
  /** Installs what is missing of TensorFlow and its binding, and replaces what is damaged. */
  'app.repair': { input: z.object({ job: z.string() }), output: nothing },
  /** Shows a file or folder in the desktop's file manager. Only paths under a run's or project's folder. */
  'app.reveal': { input: z.object({ path: z.string() }), output: nothing },
  'settings.get': { input: nothing, output: settings },
  /** Options that are left out keep their values, so the input has no defaults. */
  'settings.update': {
    input: settings
      .extend({ trainer_host: hostChoice, curves: curveChoices, text_size: textSize, notify: z.boolean() })
      .partial(),
    output: settings,
  },
} as const

export type CurveChoices = z.infer<typeof curveChoices>
export type Settings = z.infer<typeof settings>
export type DoctorReport = z.infer<typeof doctorReport>
