/** Data that a mixture needs and this machine lacks: what it is, how much, and its downloading. */
import { z } from 'zod'
import { splitName } from '../data/entry.schema'
import { configAt, nothing } from './common.schema'

const pendingDownload = z.object({
  /** The same thing has the same id every time. */
  id: z.string(),
  /** `cais/mmlu, all test`, or a file's path. */
  label: z.string(),
  /** The entries that need it. */
  entries: z.array(z.object({ split: splitName, index: z.int() })),
})
const missingData = z.object({
  pending: z.array(pendingDownload),
  /** HF_HUB_OFFLINE forbids every request. */
  offline: z.boolean(),
})
const downloadSize = z.object({
  /** Bytes; null where the server does not say. */
  total: z.number().nullable(),
  /** Bytes that are here already. */
  arrived: z.number(),
  /** Bytes free on the disk that it goes to. */
  free: z.number(),
})
const oneDownload = z.object({ ...configAt, id: z.string(), job: z.string() })

export const downloadCalls = {
  /** Looks at the disk only; makes no request. */
  'downloads.missing': { input: z.object(configAt), output: missingData },
  /** Asks the server how much it is. */
  'downloads.size': { input: oneDownload, output: downloadSize },
  /** Downloads one thing: a job with progress in bytes. Cancelled or failed, what has arrived is gone on from. */
  'downloads.start': { input: oneDownload, output: nothing },
} as const

export type PendingDownload = z.infer<typeof pendingDownload>
export type DownloadSize = z.infer<typeof downloadSize>
