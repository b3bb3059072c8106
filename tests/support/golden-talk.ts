/** Figures of the reference's generation, calculator and grading (tests/golden/README.md). */
import { z } from 'zod'

import { readGolden } from './golden'

const ids = z.array(z.int())

export const goldenTalk = readGolden(
  'talk.json',
  z.object({
    generate: z.array(
      z.object({
        task: z.string(),
        prompt: ids,
        first_logits_head: z.array(z.number()),
        greedy: ids,
        gap_to_second: z.array(z.number()),
      }),
    ),
    categorical: z.array(
      z.object({
        row: z.int(),
        letters: z.array(z.string()),
        logits: z.array(z.number()),
        answer: z.string(),
        right: z.boolean(),
      }),
    ),
    categorical_accuracy: z.number(),
    evaluate: z.array(
      z.object({ task: z.string(), row: z.int(), completion: z.string(), right: z.boolean() }),
    ),
    calculator: z.array(z.object({ expression: z.string(), result: z.string().nullable() })),
  }),
)
