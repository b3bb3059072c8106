/** The eval command's job: what it refuses. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { failureOf } from '../../../support/failure'
import { talkCheckpoint } from '../../../support/generation'
import { goldenConfig, goldenTrainJob, withGoldenTrainer } from '../../../support/golden-run'
import { temporaryFolder } from '../../../support/temporary-folder'

test('where the assistant says nothing in what is evaluated, there is no figure', async () => {
  const folder = temporaryFolder()
  const filepath = join(folder, 'chats.jsonl')
  const question = { role: 'user', content: 'why '.repeat(200) } // longer than a row
  const line = JSON.stringify([question, { role: 'assistant', content: 'because' }])
  writeFileSync(filepath, `${line}\n`)
  const mixture = { train: [{ task: 'CustomJSON' as const, filepath }], val: [{ task: 'CustomJSON' as const, filepath }] } // prettier-ignore
  const rows = { max_seq_len: 32, device_batch_size: 1, total_batch_size: 32 }
  const evaluated = async (loss: 'all' | 'completion') => {
    const config = goldenConfig({ ...rows, mixture, loss, packing: 'bestfit-pad' })
    const { locations } = goldenTrainJob(folder, config)
    const job = { config, locations, checkpointDir: talkCheckpoint, batches: 1, threads: null }
    return withGoldenTrainer((trainer) => trainer.call('evaluate', job))
  }
  expect((await evaluated('all')).val_bpb).toBeGreaterThan(0)
  const { code, remedy } = await failureOf(() => evaluated('completion'))
  expect(code).toBe('eval.no-bytes')
  expect(remedy).toContain('evaluate more batches')
})
