/** What a `train` of the command line is given and what it prints: a config of the golden setting, events as JSON lines. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

import type { RunConfigInput } from '../../src-main/config/config.schema'
import type { Finished } from './command-line'
import { goldenConfig } from './golden-run'

/** Writes the config that a test trains with. @returns its path */
export function configFile(folder: string, options: Partial<RunConfigInput> = {}): string {
  const path = join(folder, 'config.json')
  writeFileSync(path, JSON.stringify(goldenConfig(options)))
  return path
}

const event = z.discriminatedUnion('event', [
  // An interface: these keys stay, and further figures may come (config/step-figures.schema.ts).
  z.looseObject({
    event: z.literal('step'),
    step: z.int(),
    loss: z.number(),
    loss_last_micro: z.number(),
    lrm: z.number(),
    dt_ms: z.number(),
    tok_per_sec: z.number(),
    mfu: z.number().nullable(),
    epoch: z.int(),
    progress: z.number(),
    grad_norm: z.number().positive(),
  }),
  z.strictObject({ event: z.literal('eval'), step: z.int(), val_bpb: z.number() }),
  z.strictObject({ event: z.literal('checkpoint'), step: z.int(), dir: z.string() }),
  z.strictObject({
    event: z.literal('done'),
    steps: z.int(),
    run_dir: z.string(),
    checkpoint_dir: z.string().nullable(),
  }),
])

export function eventsOf({ stdout }: Finished): z.infer<typeof event>[] {
  return stdout.map((line) => event.parse(JSON.parse(line)))
}

/** `step 3`, `eval 3`, … in the order printed. */
export function order(finished: Finished): string[] {
  return eventsOf(finished).map(
    (each) => `${each.event} ${String(each.event === 'done' ? each.steps : each.step)}`,
  )
}

/** Steps with the losses of their last micro-batches. */
export function losses(finished: Finished): [number, number][] {
  return eventsOf(finished).flatMap((each): [number, number][] =>
    each.event === 'step' ? [[each.step, each.loss_last_micro]] : [],
  )
}
