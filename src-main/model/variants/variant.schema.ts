/**
 * nanochat's model changed after the seed. Each of its later forms is named here by the date on which it entered
 * upstream. A checkpoint's keys show which form it has; its config does not (recognise.ts). Pure zod.
 */
import { z } from 'zod'

export const variantId = z.enum(['2026-01-16', '2026-03-09', '2026-03-14'])

export type VariantId = z.infer<typeof variantId>
