/**
 * Packed batches, as the training loop would get them, and what is known without packing one. Answers come from the
 * window's data thread; what may need every conversation's length is a job.
 */
import type { DataAccess } from '../../app/data-access'
import type { Dialogs } from '../../app/dialogs'
import { exportFile } from '../../app/export-file'
import type { Jobs } from '../../app/jobs'
import { MidbenchError } from '../../errors'
import type { PlanRequest } from '../../packing/data-protocol'
import { crossFieldIssues } from '../../runs/config'
import type { RunConfig } from '../../runs/config.schema'
import type { Handlers } from '../serve'

type PackingCalls = Extract<keyof Handlers, `packing.${string}`>

export function packingHandlers(
  access: DataAccess,
  jobs: Jobs,
  dialogs: Pick<Dialogs, 'saveExport'>,
): Pick<Handlers, PackingCalls> {
  return {
    'packing.batch': async ({ config, dir, split, batch }) => {
      const { client } = await access.of(config, dir)
      return client.batchView({ split, batch })
    },
    'packing.plan': ({ config, dir, split, job }) =>
      jobs.run(job, async (context) => {
        const request = planRequest(config, split)
        const { client } = await access.of(config, dir, context)
        return client.plan(request, context)
      }),
    'packing.find': ({ config, dir, split, conversation, job }) =>
      jobs.run(job, async (context) => {
        const request = planRequest(config, split)
        const { client, data } = await access.of(config, dir, context)
        const there = split === 'train' ? data.trainConversations : data.valConversations
        if (conversation >= there) throw noSuchConversation(conversation, split, there)
        return client.findConversation(request, conversation, context)
      }),
    'packing.replay': async ({ config, dir, split, batch, row }) => {
      const { client } = await access.of(config, dir)
      return client.replayRow({ split, batch, row })
    },
    'packing.compare': ({ config, dir, split, variants, job }) =>
      jobs.run(job, async (context) => {
        const { client } = await access.of(config, dir, context)
        return client.compare({ split, variants, tokens_per_step: config.total_batch_size }, context)
      }),
    'packing.export': async ({ kind, name, content }) => {
      const chosen = await dialogs.saveExport(kind, name)
      return chosen === null ? null : exportFile(chosen, kind, content)
    },
  }
}

/** The whole epoch: train in steps of total_batch_size tokens, val a batch at a time. */
function planRequest(config: RunConfig, split: PlanRequest['split']): PlanRequest {
  if (split === 'val') return { split, batches_per_step: 1, num_iterations: null }
  const issues = crossFieldIssues(config)
  if (issues.length > 0) {
    const message = 'The options do not make whole steps, so that there are none to plan.'
    throw new MidbenchError({ code: 'config.invalid', message, issues })
  }
  const batchesPerStep = config.total_batch_size / (config.device_batch_size * config.max_seq_len)
  return { split, batches_per_step: batchesPerStep, num_iterations: null }
}

function noSuchConversation(conversation: number, split: string, there: number): MidbenchError {
  return new MidbenchError({
    code: 'packing.conversation',
    message: `The ${split} mixture has ${String(there)} conversations, counted from 0, and so no conversation ${String(conversation)}.`,
    remedy: `Give a number up to ${String(there - 1)}.`,
  })
}
