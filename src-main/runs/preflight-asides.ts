/** What a preflight says of what a run asks its model on the way: its prompts, and the tasks that it is measured by. */
import { measureTimes, MOST_SAMPLE_TOKENS, sampleTimes, type Times } from '../config/asides'
import type { RunConfig } from '../config/config.schema'
import { MOST_ANSWER_TOKENS } from '../evaluation/measure'
import type { MeasuredTask } from '../evaluation/measured-names.schema'
import { reachOf, roomForPrompt } from '../engine/generation/reach'
import { judgedBy } from '../evaluation/measured-tasks'
import type { ModelConfig } from '../model/config.schema'
import { shownValue } from '../shown'
import type { Finding } from './preflight.schema'

/** Tokens around a prompt: bos, the ends of the user's turn, and the beginning of the answer. */
const TURN_TOKENS = 4

/** A task whose data is not on this machine. */
export interface LackingTask {
  task: MeasuredTask
  /** What is missing, for people: `cais/mmlu, all test`. */
  label: string
}

/** What is known besides the config; null where it is not. */
export interface AsideFacts {
  lacking: readonly LackingTask[] | null
  model: ModelConfig | null
}

export function asideFindings(config: RunConfig, { lacking, model }: AsideFacts): Finding[] {
  return [...sampleFindings(config, model), ...measureFindings(config, lacking ?? [])]
}

function sampleFindings(config: RunConfig, model: ModelConfig | null): Finding[] {
  const { sample_every: every, sample_prompts: prompts } = config
  const times = sampleTimes(config)
  if (times !== null) {
    const asked = prompts.length === 1 ? 'One prompt is' : `${String(prompts.length)} prompts are`
    return [
      ...(model === null ? [] : longPrompts(prompts, model)),
      ok(
        'sample_prompts',
        `${asked} answered ${whenText(times)}, with up to ${String(MOST_SAMPLE_TOKENS)} tokens each.`,
      ),
    ]
  }
  if (every === null || every === -1) return []
  return [warn('sample_every', 'There is no prompt to answer.', 'Give one in sample_prompts.')]
}

/**
 * Prompts that may be longer than the model can read. A token is a byte or more, so that no other prompt can be; how many
 * tokens it is, only the tokenizer knows, which a preflight does not wait for.
 */
function longPrompts(prompts: readonly string[], model: ModelConfig): Finding[] {
  const room = roomForPrompt(MOST_SAMPLE_TOKENS, reachOf(model))
  const long = prompts.filter((prompt) => Buffer.byteLength(prompt) + TURN_TOKENS > room)
  return long.map((prompt) =>
    warn(
      'sample_prompts',
      `The prompt ${shownValue(prompt)} of ${count(Buffer.byteLength(prompt), 'byte')} may be longer than the ` +
        `${count(room, 'token')} that the model can read of one: it is given the end alone, then.`,
      'Shorten it; the first answer says how many tokens were left out.',
    ),
  )
}

function measureFindings(config: RunConfig, lacking: readonly LackingTask[]): Finding[] {
  const { measure_every: every, measure_tasks: tasks } = config
  const times = measureTimes(config)
  if (times === null) {
    if (every === null || every === -1) return []
    return [warn('measure_every', 'There is no task to measure by.', 'Name one in measure_tasks.')]
  }
  const missing = lacking
    .filter(({ task }) => tasks.includes(task))
    .map(({ task, label }) =>
      warn(
        'measure_tasks',
        `${task} will not be measured: ${label} is not on this machine.`,
        'Name its files in an entry of mixture.val, or measure any checkpoint by it first, which downloads it.',
      ),
    )
  const measured = tasks.filter((task) => !lacking.some((each) => each.task === task))
  const cost = measured.length === 0 ? [] : [ok('measure_tasks', costText(measured, times, config))]
  return [...missing, ...programFindings(measured), ...cost]
}

function programFindings(tasks: readonly MeasuredTask[]): Finding[] {
  if (!tasks.includes('HumanEval')) return []
  const message = 'HumanEval runs Python that the model writes, on this machine.'
  return [warn('measure_tasks', message, 'Leave it out unless you mean that.')]
}

/** A letter takes one pass over its question, an answer in words one for each of its tokens. */
function costText(tasks: readonly MeasuredTask[], times: Times, config: RunConfig): string {
  const { measure_max_problems: most } = config
  const each = most === -1 ? 'all problems' : `up to ${count(most, 'problem')}`
  const inWords = tasks.filter((task) => judgedBy(task) !== 'letter')
  const words =
    inWords.length === 0
      ? ''
      : ` Those of ${inWords.join(', ')} are answered in words, of up to ${String(MOST_ANSWER_TOKENS)} tokens each.`
  return `The model is measured ${whenText(times)}, by ${each} of ${tasks.join(', ')}.${words}`
}

function whenText({ every }: Times): string {
  return every === null ? 'at the end' : `at the start, every ${count(every, 'step')} and at the end`
}

function count(value: number, unit: string): string {
  return `${value.toLocaleString('en-US')} ${unit}${value === 1 ? '' : 's'}`
}

function ok(path: string, message: string): Finding {
  return { level: 'ok', path, message }
}

function warn(path: string, message: string, remedy: string): Finding {
  return { level: 'warn', path, message, remedy }
}
