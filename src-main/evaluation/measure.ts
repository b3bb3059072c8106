/**
 * Measures a model by the problems of a task, one outcome a problem, as the reference does (docs/REFERENCE.md §9): a letter
 * is the one with the highest logit after the prompt; a number or a program is what the model answers greedily.
 *
 * Problems are asked by length, and those in words end when their answers do, so outcomes come out of order; each names
 * its row. A problem takes one pass over its prompt, and a share of one for each token of its answer.
 */
import { MidbenchError } from '../errors'
import { promptOf } from '../tokenizer/prompt'
import type { Tokenizer } from '../tokenizer/tokenizer'
import { finalAnswer } from './final-answer'
import { isRight, type Problem } from './problems'
import type { Judge } from './python-judge'
import { programOf } from './python-program'

/** The most tokens of an answer in words. */
export const MOST_ANSWER_TOKENS = 512
/** Questions between two outcomes at most, so that progress and a cancel are seen in time. */
const LETTERS_AT_ONCE = 64

/** A model that answers; whoever has one decides where it runs. */
export interface AnsweringModel {
  /** For each prompt, the logits of its choices after its last token. */
  letterLogits(prompts: readonly Int32Array[], choices: readonly (readonly number[])[]): Promise<number[][]>
  /**
   * The greedy answers to some prompts, each as soon as it ends, in any order: whoever has the model may work on many at
   * once. Ending the iteration ends the work.
   */
  answers(prompts: readonly Int32Array[], maxTokens: number): AsyncIterable<PromptAnswer>
}

export interface PromptAnswer {
  /** The prompt's index. */
  prompt: number
  /** Forced ones included. */
  ids: readonly number[]
}

/** What became of a problem. */
export interface Outcome {
  row: number
  /** The letter, the number or null, or the program's error or null. */
  answer: string | null
  right: boolean
  /** Of the problem's letters, in their order. */
  logits?: number[]
  completion?: string
}

export interface MeasureOptions {
  tokenizer: Tokenizer
  /** Runs programs; null where the person did not ask for that, or there is no Python. */
  judge: Judge | null
  /** Rows whose outcomes are known already. */
  done?: ReadonlySet<number>
  signal?: AbortSignal | undefined
}

/** @throws MidbenchError `measure.letter`, `measure.judge`; what the model throws; the signal's reason */
export async function* measure(
  problems: readonly Problem[],
  model: AnsweringModel,
  options: MeasureOptions,
): AsyncGenerator<Outcome, void, void> {
  const open = [...problems.entries()].filter(([row]) => options.done?.has(row) !== true)
  const letters = open.flatMap(([row, problem]) => (problem.by === 'letter' ? [{ row, problem }] : []))
  const words = open.flatMap(([row, problem]) => (problem.by === 'letter' ? [] : [{ row, problem }]))
  yield* askForLetters(letters, model, options)
  yield* askInWords(words, model, options)
}

type LetterProblem = Extract<Problem, { by: 'letter' }>
type WordProblem = Exclude<Problem, LetterProblem>

async function* askForLetters(
  problems: readonly { row: number; problem: LetterProblem }[],
  model: AnsweringModel,
  { tokenizer, signal }: MeasureOptions,
): AsyncGenerator<Outcome, void, void> {
  const byLength = problems.toSorted((a, b) => askedLength(a.problem) - askedLength(b.problem))
  for (let from = 0; from < byLength.length; from += LETTERS_AT_ONCE) {
    signal?.throwIfAborted()
    const group = byLength.slice(from, from + LETTERS_AT_ONCE)
    const found = await model.letterLogits(
      group.map(({ problem }) => promptOf(tokenizer, problem.conversation)),
      group.map(({ problem }) => problem.letters.map((letter) => letterId(tokenizer, letter))),
    )
    for (const [i, { row, problem }] of group.entries()) {
      const logits = found[i] ?? []
      const answer = problem.letters[logits.indexOf(Math.max(...logits))] ?? null
      yield { row, answer, right: answer !== null && isRight(problem, answer), logits }
    }
  }
}

/** Characters of the question, which go with the tokens of its prompt. */
function askedLength({ conversation }: LetterProblem): number {
  const content = conversation.messages[0]?.content
  return typeof content === 'string' ? content.length : 0
}

/** @throws MidbenchError `measure.letter` where the letter is not one token, as the reference demands */
function letterId(tokenizer: Tokenizer, letter: string): number {
  const [id, ...others] = tokenizer.encodeOrdinary(letter)
  if (id !== undefined && others.length === 0) return id
  throw new MidbenchError({
    code: 'measure.letter',
    message: `The tokenizer has no single token for the letter ${letter}, so its questions cannot be asked.`,
    remedy: 'Leave out the tasks of multiple choice.',
  })
}

async function* askInWords(
  problems: readonly { row: number; problem: WordProblem }[],
  model: AnsweringModel,
  options: MeasureOptions,
): AsyncGenerator<Outcome, void, void> {
  options.signal?.throwIfAborted()
  if (problems.length === 0) return
  const { tokenizer, judge } = options
  if (judge === null && problems.some(({ problem }) => problem.by === 'program')) throw noJudge()
  const byLength = problems
    .map((each) => ({ ...each, prompt: promptOf(tokenizer, each.problem.conversation) }))
    .toSorted((a, b) => a.prompt.length - b.prompt.length)
  const prompts = byLength.map(({ prompt }) => prompt)
  for await (const { prompt, ids } of model.answers(prompts, MOST_ANSWER_TOKENS)) {
    const asked = byLength[prompt]
    if (asked === undefined) throw new RangeError(`an answer to prompt ${prompt} of ${prompts.length}`)
    yield await judged(asked.row, asked.problem, tokenizer.decode(ids), options)
    options.signal?.throwIfAborted()
  }
}

/** @throws MidbenchError `measure.judge` for a program where nobody runs it */
async function judged(
  row: number,
  problem: WordProblem,
  completion: string,
  { judge, signal }: MeasureOptions,
): Promise<Outcome> {
  if (problem.by === 'number') {
    return { row, answer: finalAnswer(completion), right: isRight(problem, completion), completion }
  }
  if (judge === null) throw noJudge()
  const asked = problem.conversation.messages[0]?.content
  const program = programOf(typeof asked === 'string' ? asked : '', completion, problem.test)
  const { passed, reason } = await judge.run(program, signal)
  return { row, answer: reason, right: passed, completion }
}

function noJudge(): MidbenchError {
  return new MidbenchError({
    code: 'measure.judge',
    message: 'The programs that a model writes are not run unless that is asked for.',
    remedy: 'Allow it, or leave out HumanEval.',
  })
}
