/**
 * Packed batches, as the training loop would get them, and what is known without packing one. Answers come from the
 * window's data thread; calls that may need every conversation's length are jobs.
 */
import type { DataAccess } from '../../services/data-access'
import type { Jobs } from '../../services/jobs'
import {
  configOf,
  describeRun,
  openSource,
  requireConversation,
  type PackedData,
  type PackingSource,
} from '../../services/packing-source'
import { MidbenchError } from '../../errors'
import type { PlanRequest } from '../../packing/data-calls'
import type { CallOptions } from '../../threads/calls'
import { askedSteps, gradAccumSteps } from '../../config/batches'
import { crossFieldIssues } from '../../config/config'
import type { RunConfig } from '../../config/config.schema'
import type { RunManager } from '../../runs/run-manager'
import type { CallOutput } from '../../contract/contract'
import type { Handlers } from '../serve'

type PackingCalls = Extract<keyof Handlers, `packing.${string}`>

// eslint-disable-next-line max-lines-per-function -- a table: each call is a short function of its own
export function packingHandlers(
  access: DataAccess,
  runs: Pick<RunManager, 'get'>,
  jobs: Jobs,
): Pick<Handlers, PackingCalls> {
  const open = (source: PackingSource, call?: CallOptions): Promise<PackedData> =>
    openSource(source, access, runs, call)

  return {
    'packing.run': ({ runId }) => describeRun(runId, runs),
    'packing.batch': ({ split, batch, job, ...source }) => {
      const view = async (context: CallOptions): Promise<CallOutput<'packing.batch'>> => {
        const { client } = await open(source, context)
        return client.batchView({ split, batch }, context)
      }
      return job === undefined ? view({}) : jobs.run(job, view)
    },
    'packing.layout': async ({ split, batch, ...source }) => {
      const { client } = await open(source)
      return client.layout({ split, batch })
    },
    'packing.conversation': async ({ split, at, ...source }) => {
      const { client } = await open(source)
      return client.conversation(split, at)
    },
    'packing.plan': ({ split, job, ...source }) =>
      jobs.run(job, async (context) => {
        const request = planRequest(configOf(source, runs), split)
        const { client } = await open(source, context)
        return client.plan(request, context)
      }),
    'packing.facts': ({ config, dir, job }) =>
      jobs.run(job, async (context) => {
        const { batches_per_step } = planRequest(config, 'train')
        const { client } = await open({ config, dir }, context)
        return client.facts({ batches_per_step, num_iterations: askedSteps(config) }, context)
      }),
    'packing.find': ({ split, conversation, job, ...source }) =>
      jobs.run(job, async (context) => {
        const request = planRequest(configOf(source, runs), split)
        const opened = await open(source, context)
        requireConversation(opened, split, conversation)
        return opened.client.findConversation(request, conversation, context)
      }),
    'packing.replay': async ({ split, batch, row, ...source }) => {
      const { client } = await open(source)
      return client.replayRow({ split, batch, row })
    },
    'packing.compare': ({ split, variants, job, ...source }) =>
      jobs.run(job, async (context) => {
        const { client, config } = await open(source, context)
        return client.compare({ split, variants, tokens_per_step: config.total_batch_size }, context)
      }),
  }
}

/** A request for the whole epoch: train in steps of total_batch_size tokens, val one batch at a time. */
function planRequest(config: RunConfig, split: PlanRequest['split']): PlanRequest {
  if (split === 'val') return { split, batches_per_step: 1, num_iterations: null }
  const issues = crossFieldIssues(config)
  if (issues.length > 0) {
    const message = 'The options do not make whole steps, so that there are none to plan.'
    throw new MidbenchError({ code: 'config.invalid', message, issues })
  }
  return { split, batches_per_step: gradAccumSteps(config), num_iterations: null }
}
