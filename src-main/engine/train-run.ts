/**
 * A run in a trainer: opens what the run needs, reports it, and trains. For a run whose steps are all made, it only
 * writes the result.
 */
import type { MessagePort } from 'node:worker_threads'

import { resolveBaseFolder } from '../checkpoint/base-folder'
import { askedSteps, gradAccumSteps } from '../config/batches'
import { MidbenchError } from '../errors'
import { initParameters } from '../model/init'
import type { OpenedData } from '../packing/data-calls'
import type { DataClient } from '../packing/data-client'
import type { PackingFacts } from '../packing/packing-facts.schema'
import type { TellingContext } from '../threads/calls'
import { openAsides } from './asides/open-asides'
import { firstLines, type OpenRun, prepared } from './announcement'
import { type Device, openDevice } from './device'
import { openData, openEngine, type ReportedCall, reportedCall, requireSameVocabulary } from './job-context'
import { requireAlike, stateHash } from './ranks/alike'
import { joinRanks } from './ranks/join'
import { ALONE, together } from './ranks/peers'
import type { RankPeers } from './ranks/rank-peers'
import type { RequestQueue } from './request-queue'
import { finishAgain } from './run-finish'
import { RunReporter } from './run-reporter'
import { finishedRun, RunResult } from './run-result'
import { branchStart } from './branch-start'
import { findStart, keepToData, type RunStart } from './run-start'
import type { StepEngine } from './step-engine'
import type { TrainEnd, TrainJob, TrainReport } from './trainer-calls'
import { Training } from './training'

/** Batches ordered beyond those of the current step. */
const BATCHES_AHEAD = 2

/**
 * @param port to the data thread
 * @param requests requests to the run meanwhile; of several ranks, rank 0's count for all
 * @throws MidbenchError `cancelled` when a stop is asked for while the data is being opened; whatever keeps the run
 *   from starting or going on
 */
export async function trainRun(
  job: TrainJob,
  port: MessagePort,
  requests: RequestQueue,
  context: TellingContext<TrainReport>,
): Promise<TrainEnd> {
  const reporter = new RunReporter(context.tell)
  reporter.enter('preparing')
  const finished = job.resume ? await finishedRun(job) : null
  if (finished !== null) return finishAgain(job, finished, requests, reporter)
  const onExchange = (count: number): void => {
    context.tell({ type: 'exchange', count })
  }
  const ranks = job.rank && (await joinRanks(job.rank, job.threads, requests.stopSignal, onExchange))
  const peers = ranks ?? ALONE
  const call = reportedCall({ ...context, signal: requests.stopSignal })
  const opened = await together(peers, () => openRun(job, port, call, reporter, ranks))
  const { data, run, startHash, writeTo } = opened
  try {
    if (job.rank) requireAlike(peers, job.rank.hosts, run, startHash)
    if (job.rank?.leads !== false) await keepToData(job.runDir, run.opened.identity, run.start, reporter.warn)
    await orderBatches(data, run)
    reporter.report({ type: 'prepared', prepared: prepared(run) })
    for (const line of firstLines(run)) reporter.log('info', line)
    const result = new RunResult(job, writeTo, reporter)
    const isFirst = peers.rank === 0
    if (isFirst) await result.announce(run.start.model)
    const told = { requests, reporter, progress: context.progress }
    const asides = isFirst ? await openAsides(job, run, told) : []
    return await new Training(job, { ...run, asides }, data, result, requests, reporter, peers).toTheEnd()
  } finally {
    run.engine.dispose()
    await data.close()
  }
}

/** Data, start, device and engine of a run. */
async function openRun(
  job: TrainJob,
  port: MessagePort,
  call: ReportedCall,
  reporter: RunReporter,
  ranks: RankPeers | undefined,
): Promise<{ data: DataClient; run: OpenRun; startHash: string; writeTo: string }> {
  const { config, locations } = job
  const folders = await resolveBaseFolder(locations.baseDir, locations.dataDir, initParameters)
  const { data, opened } = await openData(
    port,
    config,
    locations,
    { ...call, start: branchStart(job) },
    ranks,
  )
  const asked = { batches_per_step: gradAccumSteps(config), num_iterations: askedSteps(config) }
  const facts = await data.facts(asked, call)
  requireOneStep(job, facts)
  const { startHash, ...started } = await startEngine(job, folders.readFrom, opened, reporter, ranks)
  return { data, run: { config, opened, facts, ...started }, startHash, writeTo: folders.writeTo }
}

function requireOneStep({ config }: TrainJob, { epoch_steps: epochSteps }: PackingFacts): void {
  if (askedSteps(config) !== null || epochSteps > 0) return
  throw new MidbenchError({
    code: 'run.no-step',
    message: `The mixture does not fill one step of ${config.total_batch_size.toLocaleString('en-US')} tokens.`,
    remedy: 'Lower total_batch_size, add conversations, or set num_iterations.',
  })
}

/** The engine with the state that the run starts from, and the hash of that. It does not keep the arrays that it was given. */
async function startEngine(
  job: TrainJob,
  baseDir: string,
  { vocabSize }: OpenedData,
  reporter: RunReporter,
  peers: RankPeers | undefined,
): Promise<{ start: RunStart; device: Device; engine: StepEngine; startHash: string }> {
  const { config, threads } = job
  const { parameters, optimizer, ...start } = await findStart(job, baseDir, reporter.warn)
  requireSameVocabulary(start.model, vocabSize, start.from)
  const device = await openDevice(config, threads)
  const tells = { taskCount: config.mixture.train.length, onCompile: reporter.compiling, peers }
  const startHash = peers === undefined ? '' : stateHash({ parameters, optimizer })
  const state = { parameters, optimizer, groups: start.groups }
  const sharesState = config.shard_optimizer
  const engine = await openEngine(config, start.model, state, device, { ...tells, sharesState })
  return { start, device, engine, startHash }
}

async function orderBatches(data: DataClient, { config, start }: OpenRun): Promise<void> {
  const [steps, microBatches] = [askedSteps(config), gradAccumSteps(config)]
  const totalBatches = steps === null ? {} : { totalBatches: steps * microBatches }
  const ahead = microBatches + BATCHES_AHEAD
  await data.startTrain(start.state.loader ?? undefined, { ...totalBatches, ahead })
}
