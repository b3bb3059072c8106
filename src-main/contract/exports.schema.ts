/** Files that a person takes out of the window. Each call asks for a place first, and gives null where they cancel. */
import { z } from 'zod'
import { bytes } from '../typed-arrays.schema'
import { configAt } from './common.schema'

/** The most bytes of a file that the window may make itself. */
const MOST_EXPORTED = 256 * 2 ** 20
/** The most runs of one table. */
const MOST_RUNS = 64

/** Suggested name of a file or folder, without the folder that it lies in. */
const name = z.string().regex(/^[\w. -]+$/)
const written = z.object({ path: z.string() }).nullable()

export const exportCalls = {
  /** Writes what the window made: a picture, a page, or a table of what is shown. */
  'exports.save': {
    input: z.object({
      kind: z.enum(['png', 'svg', 'html', 'csv', 'json']),
      name,
      content: bytes.refine((content) => content.byteLength <= MOST_EXPORTED, 'is larger than 256 MiB'),
    }),
    output: written,
  },
  /** Writes all that was measured of one run or of several. A job. */
  'exports.metrics': {
    input: z.object({
      runIds: z.array(z.string()).min(1).max(MOST_RUNS),
      format: z.enum(['csv', 'json']),
      name,
      job: z.string(),
    }),
    output: written,
  },
  /** Writes a model as a new folder for the hub. `config` is the project's, with the folder of its paths. A job. */
  'exports.model': {
    input: z.object({
      ...configAt,
      of: z.discriminatedUnion('of', [
        z.object({ of: z.literal('run'), runId: z.string() }),
        z.object({ of: z.literal('checkpoint'), dir: z.string(), step: z.int().min(0) }),
      ]),
      name,
      job: z.string(),
    }),
    output: z.object({ path: z.string(), step: z.int(), bytes: z.number() }).nullable(),
  },
} as const
