/**
 * The trainer's side of its calls: trainer-thread.ts serves them in a thread of its own, trainer-process.ts in a
 * process, and tests in their own thread.
 */
import type { MessagePort } from 'node:worker_threads'

import { toFailure } from '../errors'
import { type CallHandlers, serveCalls, type TellingContext } from '../threads/calls'
import type { Channel } from '../threads/channel'
import { Answering } from './answering'
import { runBench } from './bench-job'
import { runEvaluation } from './evaluate-job'
import { runGenerationBench } from './generation-bench-job'
import { Inspection } from './inspection'
import { KeptTokenizer } from './kept-tokenizer'
import { runLogits } from './logits-job'
import { measureCheckpoint } from './measuring'
import { RequestQueue } from './request-queue'
import { runSelfTest } from './self-test-job'
import { Talking } from './talking'
import { trainRun } from './train-run'
import type { TrainEnd, TrainerCalls, TrainJob, TrainReport } from './trainer-calls'

/**
 * @param connectData makes a port to a data thread, for a job that reads data
 * @param beforeAsking called before TensorFlow is loaded for a question about a model
 */
export function serveTrainer(
  channel: Channel,
  connectData: () => MessagePort,
  beforeAsking?: () => void,
): void {
  const inspection = new Inspection(beforeAsking)
  const tokenizers = new KeptTokenizer()
  const answering = new Answering(beforeAsking, tokenizers)
  const talking = new Talking(answering, tokenizers)
  let requests = new RequestQueue()
  const handlers: CallHandlers<TrainerCalls> = {
    train(job, context) {
      requests = new RequestQueue()
      return train(job, connectData(), requests, context)
    },
    request(request) {
      requests.put(request)
      return null
    },
    evaluate: (job, context) => runEvaluation(job, connectData(), context),
    logits: (job, context) => runLogits(job, connectData(), context),
    bench: runBench,
    benchGeneration: runGenerationBench,
    selfTest: runSelfTest,
    losses: (question, context) => inspection.losses(question, context),
    generate: (question, context) => answering.generate(question, context),
    answers: (question, context) => answering.answers(question, context),
    talk: (question, context) => talking.answer(question, context),
    talkPrompt: (question, context) => talking.prompt(question, context),
    choices: (question, context) => answering.choices(question, context),
    measure: (question, context) => measureCheckpoint(question, context, beforeAsking),
    forget: (_, context) => answering.forget().finally(() => inspection.forget(context)),
  }
  serveCalls<TrainerCalls>(channel, handlers)
}

async function train(
  job: TrainJob,
  data: MessagePort,
  requests: RequestQueue,
  context: TellingContext<TrainReport>,
): Promise<TrainEnd> {
  try {
    return await trainRun(job, data, requests, context)
  } catch (error) {
    const stopped = requests.stopSignal.aborted && toFailure(error).code === 'cancelled'
    if (stopped) return { type: 'stopped' } // by a stop while it was preparing
    throw error
  }
}
