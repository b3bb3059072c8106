/** A run's page as one HTML file: its figures, curves, measurements, answers, data, packing, options and environment. */
import { figuresOf } from '../../src-main/contract/contract'
import type { AppInfo, PlanView, RunDetail } from '../api/types'
import type { DrawingColours } from '../charts/chart-drawing'
import type { RunRecordState } from '../composables/use-run-record'
import type { RunSeries } from '../composables/use-run-series'
import { folded, heading, htmlPage, paragraph, pictureOf, section, tableOf, verbatim } from '../drawing/html'
import { DASH, fixed, integer, percent } from '../format/number'
import { dateTime, duration } from '../format/units'
import { pageCharts } from './page-charts'
import { entryText, optionLines } from './run-options'
import { RUN_STATES } from './run-state'

export interface PageFacts {
  record: RunRecordState & { detail: RunDetail }
  series: RunSeries
  /** How much curves are smoothed. */
  smoothing: number
  colours: DrawingColours
  /** The plan of its epoch, or why there is none. */
  plan: PlanView | string
  app: AppInfo
  /** Milliseconds since 1970. */
  now: number
}

export function runPage(facts: PageFacts): string {
  const { record, series, smoothing, colours, plan } = facts
  const { detail } = record
  const { name, note, tags, config, differences } = detail
  const charts = pageCharts(record, series, smoothing, colours).map(pictureOf)
  return htmlPage(name, [
    heading(name),
    ...(note === '' ? [] : [verbatim(note)]),
    ...(tags.length === 0 ? [] : [paragraph(tags.join(' · '))]),
    tableOf(['', ''], factsOf(detail)),
    section('Curves', charts.length === 0 ? [] : ['<div class="charts">', ...charts, '</div>']),
    section('Measured', measuredOf(record)),
    section('Answers', answersOf(record)),
    section('Mixture', [
      tableOf(
        ['', 'task'],
        (['train', 'val'] as const).flatMap((split) =>
          config.mixture[split].map((entry) => [split, entryText(entry)]),
        ),
      ),
    ]),
    section('Packing', packingOf(plan)),
    section('Options', [
      tableOf(
        ['option', 'value', 'default'],
        optionLines(config).map(({ name: option, value, standard, differs }) => [
          option,
          value,
          differs ? standard : '',
        ]),
      ),
    ]),
    section('Against the seed', differences.map(paragraph)),
    section('Environment', [tableOf(['', ''], environmentOf(facts))]),
  ])
}

function factsOf({
  state,
  step,
  total_steps,
  last_loss,
  best_val_bpb,
  tok_per_sec,
  ...run
}: RunDetail): string[][] {
  const { training_time_s, created_at, model, parent } = run
  const base =
    model === null
      ? DASH
      : `${model.tag} at step ${integer(model.step)}, ${integer(model.parameters)} parameters`
  return [
    ['state', RUN_STATES[state].label],
    ['steps', `${integer(step)} of ${integer(total_steps)}`],
    ['last loss', `${fixed(last_loss, 4)} nats a token`],
    ['best validation', `${fixed(best_val_bpb, 4)} bits a byte`],
    ['speed', `${integer(tok_per_sec)} tokens/s`],
    ['trained for', step === 0 ? DASH : duration(training_time_s)],
    ['started', dateTime(created_at)],
    ['base', base],
    ...(parent === null ? [] : [['branched off', branchedOff(parent)]]),
  ]
}

function branchedOff({ name, step, changes }: NonNullable<RunDetail['parent']>): string {
  const others = changes.length === 0 ? 'nothing changed' : changes.join(', ')
  return `${name} after step ${integer(step)}: ${others}`
}

/** The last measurement, with 95 % intervals. */
function measuredOf({ measures }: RunRecordState): string[] {
  const last = measures.at(-1)
  if (last === undefined) return []
  const rows = last.tasks.map(({ task, right, total }) => {
    const { accuracy, low, high } = figuresOf({ right, total })
    const share = (value: number | null): string => (value === null ? DASH : fixed(100 * value, 1))
    return [
      task,
      share(accuracy),
      `${share(low)} to ${share(high)}`,
      `${integer(right)} of ${integer(total)}`,
    ]
  })
  const core = last.chatcore === null ? [] : [paragraph(`ChatCORE ${fixed(last.chatcore, 4)}`)]
  const table = tableOf(['task', 'right, %', '95 % interval', 'questions'], rows)
  return [paragraph(`At step ${integer(last.step)}.`), table, ...core]
}

/** The last answers to the run's prompts, and those before it to be opened. */
function answersOf({ samples }: RunRecordState): string[] {
  const [last, ...earlier] = [...samples].reverse()
  if (last === undefined) return []
  const said = ({ answers }: typeof last): string[] =>
    answers.flatMap(({ prompt, answer, cut }) => [paragraph(prompt), verbatim(cut ? `${answer} …` : answer)])
  return [
    paragraph(`At step ${integer(last.step)}.`),
    ...said(last),
    ...earlier.map((sample) => folded(`Step ${integer(sample.step)}`, said(sample))),
  ]
}

function packingOf(plan: PageFacts['plan']): string[] {
  if (typeof plan === 'string') return [paragraph(plan)]
  const all = [
    ['packing', plan.packing],
    ...(plan.world_size > 1 ? [['rank', `${integer(plan.rank)} of ${integer(plan.world_size)}`]] : []),
    ['rows', `${integer(plan.rows)} of ${integer(plan.seq_len + 1)} tokens`],
    ['steps of one epoch', integer(plan.steps)],
    ['used', `${integer(plan.tokens_used)} tokens, ${percent(plan.utilisation)} % of all positions`],
    [
      'cropped',
      `${integer(plan.tokens_cropped)} tokens of ${integer(plan.conversations_cropped)} conversations`,
    ],
    ['padded', `${integer(plan.tokens_padded)} tokens`],
    [
      'never trained',
      `${integer(plan.conversations_never_trained)} of ${integer(plan.conversations)} conversations`,
    ],
  ]
  const tasks = plan.per_task.map((task) => [
    task.name,
    integer(task.conversations),
    integer(task.tokens_used),
    integer(task.tokens_cropped),
    integer(task.tokens_never_trained),
  ])
  const names = ['task', 'conversations', 'tokens used', 'cropped', 'never trained']
  return [tableOf(['', ''], all), tableOf(names, tasks)]
}

function environmentOf({ record, app, now }: PageFacts): string[][] {
  return [
    ['device', record.detail.device],
    ['Midbench', app.version],
    ['TensorFlow', app.tensorflow ?? DASH],
    ['Electron', `${app.electron}, Node ${app.node}`],
    ['platform', app.platform],
    ['written', dateTime(now)],
  ]
}
