/** Which targets of a batch the loss counts. Pure zod. */
import { z } from 'zod'

/** All but padding, as in midtraining; or of those only what the assistant says, as in SFT (docs/REFERENCE.md). */
export const lossKind = z.enum(['all', 'completion'])

export type LossKind = z.infer<typeof lossKind>
