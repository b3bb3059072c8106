/** `plan`: plans the whole epoch without training: steps, and what is used, cropped and padded, in all and by task. */
import { factsByEntry, lostShare } from '../packing/packing-facts'
import type { PlanView } from '../packing/plan.schema'
import { SplitPlans } from '../packing/split-plans'
import type { PackingOptions, PlanOptions } from '../packing/types'
import { askedSteps, gradAccumSteps } from '../config/batches'
import type { RunConfig } from '../config/config.schema'
import { MAX_CONVERSATION_TOKENS } from '../tokenizer/render'
import type { Command } from './command'
import { loadConfig } from './load-config'
import { callContext, openSplit, parseSplit } from './open-data'
import { planForRanks, RANK_OPTIONS, sayRanks } from './plan-ranks'
import { table } from './table'
import { optionalString, requiredString } from './usage'

const usage =
  'plan --config F [--split train|val] [--ranks N,N,… [--micro-ms MS] [--bandwidth MB/S] [--latency MS]] [--json]'
const LONGEST_NAME = 40

export const command: Command = {
  name: 'plan',
  summary: 'the whole epoch without training: steps, tokens, crop and pad by task',
  usage,
  options: {
    config: { type: 'string' },
    split: { type: 'string' },
    ...RANK_OPTIONS,
    json: { type: 'boolean' },
  },

  async run(values, io) {
    const split = parseSplit(optionalString(values, 'split') ?? 'train')
    const loaded = await loadConfig(requiredString(values, 'config', usage), io)
    const data = await openSplit(loaded, split, io)
    try {
      const { config } = loaded
      if (values['ranks'] !== undefined) {
        const simulated = await planForRanks(values, loaded, data, packingOptions(config), callContext(io))
        sayRanks(simulated, values['json'] === true, io)
        return 0
      }
      const plans = new SplitPlans(data, packingOptions(config))
      const request = {
        split,
        batches_per_step: gradAccumSteps({ ...config, world_size: 1 }), // one reader reads the whole mixture
        num_iterations: askedSteps(config),
      }
      const view = await plans.view(request, callContext(io))
      const lines =
        values['json'] === true
          ? [
              JSON.stringify({
                ...view,
                curve: undefined,
                targets: { ...view.targets, per_row: undefined },
                buffer: undefined,
              }),
            ]
          : [...planLines(view), ...lossLines(view, data.mixture.tasks)]
      for (const line of lines) io.stdout(line)
      return 0
    } finally {
      await data.close()
    }
  },
}

/** The packing options of the run itself, with one reader. */
function packingOptions(config: RunConfig): PackingOptions & Pick<PlanOptions, 'loss'> {
  const { packing, device_batch_size: batchSize, max_seq_len: seqLen, buffer_size: bufferSize, loss } = config
  return { packing, batchSize, seqLen, bufferSize, rank: 0, worldSize: 1, loss }
}

/** One line for each task that loses some of its tokens, the greatest loss first. */
function lossLines(plan: PlanView, tasks: Parameters<typeof factsByEntry>[1]): string[] {
  const losing = factsByEntry(plan, tasks).filter((entry) => lostShare(entry) > 0)
  losing.sort((a, b) => lostShare(b) - lostShare(a))
  return losing.length === 0
    ? []
    : [
        '',
        ...losing.map((entry) => `${shorten(entry.name)} loses ${percent(lostShare(entry))} of its tokens`),
      ]
}

/** The plan as a person reads it. */
function planLines(plan: PlanView): string[] {
  const tokensPerStep = plan.batches_per_step * plan.batch_size * plan.seq_len
  const left = plan.batches_left_over
  return [
    `${plan.packing}: ${count(plan.batch_size)} rows of ${count(plan.seq_len + 1)} ids a batch, a buffer of ${count(plan.buffer_size)}`,
    `steps         ${count(plan.steps)} of ${count(tokensPerStep)} tokens, ${count(plan.batches_per_step)} batches each`,
    `batches       ${count(plan.batches)}${left === 0 ? '' : `, and ${count(left)} that do not fill a step and are not trained`}`,
    `utilisation   ${percent(plan.utilisation)}: ${count(plan.tokens_used)} tokens used, ${count(plan.tokens_padded)} padded`,
    `cropped       ${percent(share(plan.tokens_cropped, plan.tokens_used + plan.tokens_cropped))} of what was read: ` +
      `${count(plan.tokens_cropped)} tokens of ${conversations(plan.conversations_cropped)}`,
    `never trained ${count(plan.conversations_never_trained)} of ${conversations(plan.conversations)}; ` +
      `${isOrAre(plan.conversations_placed_again)} trained twice, as the next pass begins`,
    ...(plan.conversations_excluded === 0
      ? []
      : [`excluded      ${conversations(plan.conversations_excluded)}, which no other figure counts`]),
    `too long      ${conversations(plan.conversations_longer_than_row)} longer than a row`,
    `cut           ${count(plan.tokens_cut_by_rendering)} tokens of ${conversations(plan.conversations_cut_by_rendering)}, ` +
      `past the ${count(MAX_CONVERSATION_TOKENS)} that rendering keeps`,
    ...targetLines(plan),
    '',
    ...taskTable(plan),
    '',
    ...supervisionTable(plan),
  ]
}

/** How the targets that the loss counts lie in rows and micro-batches. */
function targetLines({ targets, rows, batches, supervised, supervised_used: used }: PlanView): string[] {
  const {
    rows_without,
    rows_with_few,
    batches_without,
    batches_with_few,
    first_batch_without: first,
  } = targets
  return [
    `supervised    ${count(used)} tokens used of the ${count(supervised)} that the conversations give`,
    `targets       ${targets.loss === 'all' ? 'every token' : 'what the assistant says'}: ` +
      `none in ${count(batches_without)} and few in ${count(batches_with_few)} of ${count(batches)} batches` +
      `${first === null ? '' : ` (the first in batch ${count(first)})`}, ` +
      `none in ${count(rows_without)} and few in ${count(rows_with_few)} of ${count(rows)} rows`,
  ]
}

/** What becomes of the tokens that the assistant is trained on. */
function supervisionTable(plan: PlanView): string[] {
  return table(
    ['supervised tokens', 'given', 'used', 'cropped', 'never trained', 'cut'],
    plan.per_task.map((task) => [
      shorten(task.name),
      count(task.supervised),
      count(task.supervised_used),
      count(task.supervised_cropped),
      count(task.supervised_never_trained),
      count(task.supervised_cut_by_rendering),
    ]),
  )
}

function taskTable(plan: PlanView): string[] {
  const titles = ['tokens', 'used', 'cropped', 'cropped conv.', 'never trained', 'too long', 'cut']
  return table(
    ['task', 'conversations', ...titles],
    plan.per_task.map((task) => [
      shorten(task.name),
      count(task.conversations),
      count(task.tokens),
      count(task.tokens_used),
      count(task.tokens_cropped),
      count(task.conversations_cropped),
      count(task.conversations_never_trained),
      count(task.conversations_longer_than_row),
      count(task.tokens_cut_by_rendering),
    ]),
  )
}

/** Keeps the end of a long label: where it is a path, its end tells more than its beginning. */
function shorten(name: string): string {
  return name.length <= LONGEST_NAME ? name : `…${name.slice(1 - LONGEST_NAME)}`
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

function percent(value: number): string {
  return `${(100 * value).toFixed(2)} %`
}

function conversations(value: number): string {
  return value === 1 ? '1 conversation' : `${count(value)} conversations`
}

function isOrAre(value: number): string {
  return `${count(value)} ${value === 1 ? 'is' : 'are'}`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
