/** What distinguishes a run's data from any other: an identity for every dataset and for the tokenizer. Pure zod. */
import { z } from 'zod'

const dataset = z.strictObject({
  /** Name of the file or generator, for people. */
  source: z.string(),
  /** Equal identities give equal conversations. */
  identity: z.string(),
  /** Number of rows of the whole dataset. */
  rows: z.int().min(0),
})

export const dataIdentity = z.strictObject({
  /** The tokenizer's fingerprint: equal ones give equal ids. */
  tokenizer: z.string(),
  /** sha256 of token_bytes.pt's lengths: equal ones give equal bits per byte. Not stored before 29 November 2026. */
  token_bytes: z.string().optional(),
  /** One for each entry of the config's list. */
  train: z.array(dataset),
  val: z.array(dataset),
})

export type DataIdentity = z.infer<typeof dataIdentity>
