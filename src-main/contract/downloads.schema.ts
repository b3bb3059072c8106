/** Data that a mixture needs and that is missing on this machine: what it is, its size, and downloading it. */
import { z } from 'zod'
import { splitName } from '../data/entry.schema'
import { configAt, nothing } from './common.schema'

const pendingDownload = z.object({
  /** The same data always has the same id. */
  id: z.string(),
  /** `cais/mmlu, all test`, or a file's path. */
  label: z.string(),
  /** The folder that it is downloaded to. */
  dir: z.string(),
  /** Why a copy that is here is not used; null where there is none. */
  unusable: z.string().nullable(),
  /** The entries that need it. */
  entries: z.array(z.object({ split: splitName, index: z.int() })),
})
const missingData = z.object({
  pending: z.array(pendingDownload),
  /** Whether HF_HUB_OFFLINE forbids every request. */
  offline: z.boolean(),
})
const downloadSize = z.object({
  /** Size in bytes; null where the server does not say. */
  total: z.number().nullable(),
  /** Bytes that are on this machine already. */
  arrived: z.number(),
  /** Free bytes on the disk that it goes to. */
  free: z.number(),
})
const oneDownload = z.object({ ...configAt, id: z.string(), job: z.string() })

export const downloadCalls = {
  /** Reads only the disk; makes no request. */
  'downloads.missing': { input: z.object(configAt), output: missingData },
  /** Asks the server for the size. */
  'downloads.size': { input: oneDownload, output: downloadSize },
  /**
   * Downloads one item: a job with progress in bytes. After a cancel or failure, the next download continues from what
   * has arrived.
   */
  'downloads.start': { input: oneDownload, output: nothing },
} as const

export type PendingDownload = z.infer<typeof pendingDownload>
export type DownloadSize = z.infer<typeof downloadSize>
