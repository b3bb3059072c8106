/**
 * The options of a run as Train lists them: the reference's names, what each means, its unit. Defaults are not here; they
 * come from the contract (api/defaults.ts).
 */
import {
  LOGGERS,
  lossKind,
  MEASURED_TASKS,
  OPTIMIZER_NAMES,
  trainablePacking,
} from '../../src-main/contract/contract'
import type { OptionName } from '../api/defaults'

export type OptionKind =
  | { type: 'number'; integer: boolean; nullable?: string }
  | { type: 'text'; nullable?: string }
  | { type: 'choice'; values: readonly { value: string; label: string }[] }
  | { type: 'switch' }
  /** A list: some of these, one text a line, or numbers with commas between them. */
  | { type: 'several'; values: readonly string[] }
  | { type: 'lines'; placeholder: string }
  | { type: 'numbers'; placeholder: string }
  | { type: 'folder'; nullable: string }
  | { type: 'checkpoint'; nullable: string }

export interface Option {
  name: OptionName
  about: string
  unit?: string
  kind: OptionKind
  /** Whether the reference's script has it too. */
  ofReference: boolean
}

export interface OptionGroup {
  title: string
  options: readonly Option[]
}

const integer: OptionKind = { type: 'number', integer: true }
const real: OptionKind = { type: 'number', integer: false }
const choice = (...values: string[]): OptionKind => ({
  type: 'choice',
  values: values.map((value) => ({ value, label: value === '' ? 'autodetect' : value })),
})

function reference(name: OptionName, kind: OptionKind, about: string, unit?: string): Option {
  return unit ? { name, kind, about, unit, ofReference: true } : { name, kind, about, ofReference: true }
}
const ours = (name: OptionName, kind: OptionKind, about: string, unit?: string): Option => ({
  ...reference(name, kind, about, unit),
  ofReference: false,
})

export const OPTION_GROUPS: readonly OptionGroup[] = [
  {
    title: 'Base model',
    options: [
      ours(
        'base_dir',
        { type: 'folder', nullable: 'Settings' },
        'nanochat folder; empty for the one in Settings',
      ),
      reference(
        'model_tag',
        { type: 'checkpoint', nullable: 'deepest' },
        'Checkpoint to start from, such as d4',
      ),
      reference('model_step', { ...integer, nullable: 'last' }, 'Its step'),
      reference(
        'load_optimizer',
        { type: 'switch' },
        'Warm start: go on with the momenta of the base’s file',
      ),
    ],
  },
  {
    title: 'Data',
    options: [
      reference('max_seq_len', integer, 'Inputs a row; a row holds one token more', 'tokens'),
      ours('packing', choice(...trainablePacking.options), 'How rows are filled'),
      ours('buffer_size', integer, 'Conversations to choose the best fit from', 'conv.'),
      ours(
        'loss',
        choice(...lossKind.options),
        'Targets that are trained on: all, or only what the assistant says (completion)',
      ),
      ours('seed', integer, 'Seed of everything random except the mixture'),
    ],
  },
  {
    title: 'Batch',
    options: [
      reference('device_batch_size', integer, 'Rows a micro-batch; memory grows with it', 'rows'),
      reference('total_batch_size', integer, 'Tokens an optimizer step, by accumulation', 'tokens'),
      reference('num_iterations', integer, 'Optimizer steps; -1 for the whole epoch', 'steps'),
    ],
  },
  {
    title: 'Optimiser',
    options: [
      ours('optimizer', choice(...OPTIMIZER_NAMES), 'nanochat’s optimizer of that month'),
      reference('matrix_lr', real, 'Muon, matrices of the blocks'),
      reference('embedding_lr', real, 'AdamW, embedding; scaled by width'),
      reference('unembedding_lr', real, 'AdamW, head; scaled by width'),
      reference('weight_decay', real, 'Muon’s cautious weight decay'),
      reference('init_lr_frac', real, 'Factor of every initial learning rate'),
    ],
  },
  {
    title: 'Schedule',
    options: [
      reference('warmup_ratio', real, 'Share of the run over which the learning rates rise'),
      reference('warmdown_ratio', real, 'Share of the run, at its end, over which they fall'),
      reference('final_lr_frac', real, 'Factor that they fall to'),
    ],
  },
  {
    title: 'Evaluation',
    options: [
      reference(
        'eval_every',
        integer,
        'Steps between evaluations, with one at the end; -1 for none',
        'steps',
      ),
      reference('eval_tokens', integer, 'Validation tokens each time', 'tokens'),
    ],
  },
  {
    title: 'On the way',
    options: [
      ours(
        'sample_prompts',
        { type: 'lines', placeholder: 'a prompt a line' },
        'What the model is asked at some steps: each is answered greedily, and the answers are kept by step',
      ),
      ours(
        'sample_every',
        { ...integer, nullable: 'each eval' },
        'Steps between answers, with some at the end; -1 for none',
        'steps',
      ),
      ours(
        'measure_tasks',
        { type: 'several', values: MEASURED_TASKS },
        'What the model’s accuracy is measured by. HumanEval runs programs that the model writes',
      ),
      ours(
        'measure_every',
        { ...integer, nullable: 'each eval' },
        'Steps between measurements, with one at the end; -1 for none',
        'steps',
      ),
      ours(
        'measure_max_problems',
        integer,
        'Problems of each task, the first ones; -1 for all, which may take hours',
        'problems',
      ),
      ours(
        'record_losses',
        { type: 'numbers', placeholder: 'none' },
        'Steps, as in 120, 121, of which the loss of every token is kept, for Packing to show',
        'steps',
      ),
    ],
  },
  {
    title: 'Saving',
    options: [
      ours('save_every', integer, 'Steps between checkpoints; -1 for the end only', 'steps'),
      reference('dry_run', { type: 'switch' }, 'Train without writing a checkpoint'),
      ours(
        'output_tag',
        { type: 'text', nullable: 'next free' },
        'Folder of the result; empty for the model’s tag or, if that is taken, the next free one',
      ),
    ],
  },
  {
    title: 'Device',
    options: [
      reference('device_type', choice('', 'cpu', 'cuda'), 'Where to train'),
      reference('dtype', choice('bfloat16', 'float32'), 'Precision of matrix products'),
      ours('engine', choice('graph', 'eager'), 'Compiled graph, or op by op'),
      ours('world_size', integer, 'Processes that train one model together, each on its share', 'ranks'),
      ours(
        'hosts',
        { type: 'lines', placeholder: 'host:port of a rank a line' },
        'Where the ranks are; empty for this machine',
      ),
      ours(
        'shard_optimizer',
        { type: 'switch' },
        'Each rank keeps a share of the optimizer’s state; a lost one takes the run to its last save',
      ),
    ],
  },
  {
    title: 'Logging',
    options: [
      reference('run', { type: 'text' }, 'Name of the run'),
      ours(
        'loggers',
        { type: 'several', values: LOGGERS },
        'Where its figures go besides: TensorBoard files in its folder, W&B, trackio’s database',
      ),
    ],
  },
]
