/** A look at conversations before they are used: what their files are, what was recognised, and the first rows. */
import { z } from 'zod'
import { conversation } from './conversation.schema'
import { tally } from './formats/tally.schema'

export const look = z.object({
  /** The first files, in the order in which they are read. */
  files: z.array(
    z.object({
      path: z.string(),
      bytes: z.number(),
      /** What its bytes are: `JSON lines, gzip`. */
      kind: z.string(),
    }),
  ),
  fileCount: z.int(),
  /** Of all files. */
  bytes: z.number(),
  /** `ShareGPT` */
  format: z.string(),
  /** What a row of the format looks like. */
  about: z.string(),
  /** The columns (or keys) of the first row, and the part of a conversation that is read from each; null for none. */
  columns: z.array(z.object({ name: z.string(), part: z.string().nullable() })),
  /** The first rows of the first file. */
  samples: z.array(
    z.object({
      place: z.string(),
      /** The row as JSON, cut where it is long. */
      before: z.string(),
      /** null where it cannot be converted. */
      after: conversation.nullable(),
      /** Why it cannot be. */
      fault: z.string().nullable(),
    }),
  ),
  /** Of all rows, by reason; null while they have not been read. */
  tally: tally.nullable(),
})

export type Look = z.infer<typeof look>
