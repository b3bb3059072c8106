/** Where a data set of the hub lies on this machine. Pure zod, shared with the window. */
import { z } from 'zod'

/** nanochat's task_data in the nanochat folder, or the cache that all of Hugging Face's tools share. */
export const datasetPlace = z.enum(['task_data', 'hub'])
export type DatasetPlace = z.infer<typeof datasetPlace>
