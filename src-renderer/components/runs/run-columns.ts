/** The columns that every Runs table can show, in their order. */
import { DASH, fixed, integer } from '../../format/number'
import { duration } from '../../format/units'
import type { RunColumn } from '../../runs/columns'
import DiffCell from './DiffCell.vue'
import MeasuredCell from './MeasuredCell.vue'
import SparkCell from './SparkCell.vue'
import StartedCell from './StartedCell.vue'
import StepsCell from './StepsCell.vue'

export const RUN_COLUMNS: readonly RunColumn[] = [
  {
    key: 'diff',
    title: 'differs in',
    about: 'The options that differ from the run started before it',
    width: 200,
    grows: true,
    words: true,
    rank: 4,
    cell: { component: DiffCell },
  },
  { key: 'spark', title: 'loss', words: true, width: 104, rank: 2, cell: { component: SparkCell } },
  {
    key: 'steps',
    title: 'steps',
    width: 108,
    rank: 1,
    by: ({ run }) => run.step,
    cell: { component: StepsCell },
  },
  {
    key: 'best_val_bpb',
    title: 'best bpb',
    about: 'The lowest validation, in bits a byte',
    width: 84,
    rank: 0,
    by: ({ run }) => run.best_val_bpb,
    cell: ({ run }) => fixed(run.best_val_bpb, 4),
  },
  {
    key: 'chatcore',
    title: 'ChatCORE',
    about:
      'What the run, or a checkpoint of it, was measured by last: the mean over the tasks of what each gains over guessing',
    width: 84,
    rank: 5,
    cell: { component: MeasuredCell },
  },
  {
    key: 'tok_per_sec',
    title: 'tokens/s',
    width: 88,
    rank: 5,
    by: ({ run }) => run.tok_per_sec,
    cell: ({ run }) => integer(run.tok_per_sec),
  },
  {
    key: 'training_time_s',
    title: 'trained for',
    width: 96,
    rank: 3,
    by: ({ run }) => run.training_time_s,
    cell: ({ run }) => (run.step === 0 ? DASH : duration(run.training_time_s)),
  },
  {
    key: 'device',
    title: 'device',
    words: true,
    width: 224,
    rank: 6,
    by: ({ run }) => run.device || null,
    cell: ({ run }) => run.device,
  },
  {
    key: 'started',
    title: 'started',
    width: 92,
    rank: 0,
    by: ({ run }) => run.created_at,
    cell: { component: StartedCell },
  },
]
