/**
 * Where a run differs on purpose from nanochat's script of its recipe (docs/REFERENCE.md §6, §8), as sentences: the seed
 * for "mid", chat_sft of July 2026 for "sft". The run's record keeps them, so that its numbers can be compared with
 * nanochat's logs.
 */
import { askedSteps, gradAccumSteps } from '../config/batches'
import { DEFAULTS, type RunConfig } from '../config/config.schema'
import type { Recipe } from '../config/recipes.schema'

/** One difference, and whether a run has it. */
interface Difference {
  /** Whether a run has it. @default every run */
  of?: (config: RunConfig) => boolean
  text: string | ((config: RunConfig) => string)
}

const isOpenEnded = (config: RunConfig): boolean => askedSteps(config) === null

/** From the seed, in the order of docs/REFERENCE.md §6. */
const FROM_SEED: readonly Difference[] = [
  {
    of: isOpenEnded,
    text: 'The run ends with the first epoch; the seed, whose end-of-epoch flag is never set, does not stop. Progress and end follow the conversations consumed, not fetched.',
  },
  {
    of: (config) => !isOpenEnded(config),
    text: 'num_iterations is the number of optimizer steps, exactly; the seed counts batches and trains one step too few.',
  },
  {
    text: 'The schedules see the progress after the step’s own last batch; the seed reads it one batch ahead and drops the batch in hand at the end.',
  },
  {
    of: (config) => isOpenEnded(config) && gradAccumSteps(config) > 1,
    text: 'Every complete step of the epoch is trained; the batches of an incomplete last step are not.',
  },
  {
    text: 'The printed loss is the moving average divided by 1 - 0.9^n; the seed takes one power too many, so that its first printed loss is about half the true one.',
  },
  {
    of: isOpenEnded,
    text: 'The learning-rate multiplier stays within 0 and 1; the seed’s turns negative past progress 1.',
  },
  {
    of: (config) => config.packing === 'bestfit-pad',
    text: 'Rows are padded where nothing fits (nanochat’s later form, 348fbb3); the seed crops. When nothing but conversations longer than a row is buffered, they are cropped to rows; in nanochat the loader stalls.',
  },
  {
    of: (config) => config.loss === 'completion',
    text: 'Only what the assistant says is trained on and measured, as in nanochat’s later chat_sft; the seed trains on every token.',
  },
  {
    text: 'MFU is measured against this device’s own peak; the seed’s is against an H100 whatever the device.',
  },
  {
    of: readsCustomJson,
    text: 'A missing CustomJSON file is an error before the run; the seed trains without it.',
  },
  { text: 'Runs are saved on the way and resume bit for bit; the seed saves at the end only.' },
  {
    text: 'The result’s meta file keeps window_pattern; the seed leaves it out, and nanochat then reads the model as one without windows.',
  },
  { text: 'Bits per byte are summed in float64; the seed sums in float32.' },
  {
    of: (config) => config.dtype === 'float32' || config.engine === 'eager',
    text: 'Muon’s orthogonalisation is in float32; the seed’s is in bfloat16.',
  },
  ...ofOptions('mid', 'the seed'),
]

/** From chat_sft, in the order of docs/REFERENCE.md §8. */
const FROM_CHAT_SFT: readonly Difference[] = [
  {
    of: (config) => config.packing === 'bestfit-pad',
    text: 'Conversations longer than a row are cropped to it, and counted, where the buffer holds nothing else; chat_sft’s loader stalls there.',
  },
  {
    of: (config) => config.packing !== 'bestfit-pad',
    text: (config) => `Rows are filled by ${config.packing}; chat_sft pads them where nothing fits.`,
  },
  {
    of: (config) => config.loss === 'completion',
    text: 'A micro-batch without a target adds nothing to its step; in chat_sft its loss is not a number.',
  },
  {
    of: (config) => config.loss !== 'completion',
    text: 'Every target is trained on; chat_sft trains only on what the assistant says.',
  },
  {
    of: (config) => isOpenEnded(config) && gradAccumSteps(config) > 1,
    text: 'Every complete step of the epoch is trained; the batches of an incomplete last step are not.',
  },
  { text: 'Runs are saved on the way and resume bit for bit; chat_sft saves at the end only.' },
  { text: 'Bits per byte are summed in float64; chat_sft sums in float32.' },
  { text: 'MFU is measured against this device’s own peak.' },
  ...ofOptions('sft', 'chat_sft'),
]

/** What either script has in one way and options have in another. */
function ofOptions(recipe: Recipe, script: string): Difference[] {
  const usual = DEFAULTS[recipe]
  const otherCourse = (config: RunConfig): string[] =>
    COURSE.filter((name) => config[name] !== usual[name]).map(
      (name) => `${name} is ${String(config[name])} in place of ${String(usual[name])}`,
    )
  return [
    {
      of: (config) => config.optimizer !== usual.optimizer,
      text: (config) =>
        `The optimizer is nanochat’s of ${config.optimizer}; ${script}’s is that of ${usual.optimizer}.`,
    },
    {
      of: (config) => config.buffer_size !== usual.buffer_size,
      text: (config) =>
        `buffer_size is ${String(config.buffer_size)}; ${script} buffers ${String(usual.buffer_size)} conversations.`,
    },
    {
      of: (config) => config.exclude.length > 0,
      text: `Conversations that exclude names are passed over; ${script} trains on all of them, and the others keep its order.`,
    },
    {
      of: (config) => otherCourse(config).length > 0,
      text: (config) =>
        `The learning rates follow another course than ${script}’s: ${otherCourse(config).join(', ')}.`,
    },
    {
      of: (config) => config.world_size > 1,
      text: `All ranks take their learning rates from rank 0’s progress; in ${script} each takes its own.`,
    },
    {
      of: (config) => config.load_optimizer !== usual.load_optimizer,
      text: usual.load_optimizer
        ? `The optimizer begins afresh; ${script} goes on with the base’s momenta.`
        : `The optimizer goes on with the base’s momenta; ${script} begins with a fresh one.`,
    },
  ]
}
const COURSE = ['warmup_ratio', 'warmdown_ratio', 'final_lr_frac', 'init_lr_frac'] as const

function readsCustomJson({ mixture }: RunConfig): boolean {
  return [...mixture.train, ...mixture.val].some((entry) => entry.task === 'CustomJSON')
}

/**
 * The sentences that apply to a run with this config.
 *
 * @param device the device that the run runs on, such as "CPU, 2 threads, float32, eager"; null before it is known
 */
export function differences(config: RunConfig, device: string | null): string[] {
  const all = config.recipe === 'sft' ? FROM_CHAT_SFT : FROM_SEED
  const found = all.filter(({ of = () => true }) => of(config))
  return [
    ...found.map(({ text }) => (typeof text === 'string' ? text : text(config))),
    ...precisionDifference(config, device),
  ]
}

/**
 * Says where the precision is not the seed's, or not the one asked for. On a CPU the seed computes in float32 whatever
 * dtype says, since its autocast is for CUDA alone.
 *
 * @param device the run's device; null before it is known, when a CPU is assumed
 */
export function precisionDifference(
  config: Pick<RunConfig, 'dtype' | 'engine'> & Partial<Pick<RunConfig, 'recipe'>>,
  device: string | null,
): string[] {
  if (config.dtype !== 'bfloat16') return []
  const onCpu = device === null || device.startsWith('CPU')
  if (config.recipe === 'sft') return precisionBesideChatSft(config.engine, onCpu)
  if (config.engine === 'eager') {
    return [
      onCpu
        ? 'dtype is bfloat16, and the eager engine computes in float32; so does the seed on a CPU, where its autocast is off.'
        : 'dtype is bfloat16, and the eager engine computes in float32; the seed computes matrix products in bfloat16 on a GPU.',
    ]
  }
  return onCpu
    ? ['Matrix products are in bfloat16; on a CPU the seed computes in float32, where its autocast is off.']
    : []
}

/** On a CPU chat_sft computes in float32. */
function precisionBesideChatSft(engine: RunConfig['engine'], onCpu: boolean): string[] {
  if (engine === 'eager') return ['dtype is bfloat16, and the eager engine computes in float32.']
  return onCpu ? ['Matrix products are in bfloat16; on a CPU chat_sft computes in float32.'] : []
}
