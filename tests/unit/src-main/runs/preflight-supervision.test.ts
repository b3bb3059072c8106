import { describe, expect, test } from 'vitest'
import type { RunConfig } from '../../../../src-main/config/config.schema'
import type { EntryFacts, PackingFacts } from '../../../../src-main/packing/packing-facts.schema'
import { supervisionFindings } from '../../../../src-main/runs/preflight-supervision'
import { containing } from '../../../support/containing'
import { sampleConfig } from '../../../support/run-samples'

const entry = (of: Partial<EntryFacts> = {}): EntryFacts => ({
  entry: 0,
  name: 'GSM8K train',
  conversations: 1000,
  conversations_longer_than_row: 0,
  longest: 200,
  tokens: 100_000,
  tokens_used: 100_000,
  tokens_cropped: 0,
  conversations_cut_by_rendering: 0,
  tokens_cut_by_rendering: 0,
  supervised: 50_000,
  supervised_used: 50_000,
  supervised_cropped: 0,
  supervised_never_trained: 0,
  supervised_cut_by_rendering: 0,
  ...of,
})
const targets = { micro_batches: 400, without: 0, with_few: 0, first_step_without: null }

function found(
  facts: Partial<PackingFacts>,
  loss: RunConfig['loss'] = 'completion',
  packing = 'bestfit-pad',
) {
  const all: PackingFacts = {
    epoch_steps: 9,
    val_batches: null,
    longer_than_row: 0,
    conversations: 1000,
    run: null,
    entries: [entry()],
    targets: { loss, ...targets },
  }
  const config = { ...sampleConfig(), max_seq_len: 255, packing: packing as RunConfig['packing'] }
  return supervisionFindings(config, { ...all, ...facts }, ({ name }) => name)
}

const warnings = (findings: ReturnType<typeof found>): string[] =>
  findings.filter(({ level }) => level === 'warn').map(({ message }) => message)

describe('micro-batches', () => {
  test('that all have targets are no warning', () => {
    const findings = found({ targets: { loss: 'completion', ...targets, with_few: 1 } })
    expect(warnings(findings)).toEqual([])
    expect(findings[0]?.message).toBe('Every one of 400 micro-batches has targets; 1 has few.')
  })

  test('without a target are counted, with the first step that has one', () => {
    const bare = { loss: 'completion' as const, ...targets, without: 3, first_step_without: 17 }
    expect(warnings(found({ targets: bare }))).toEqual([
      '3 of 400 micro-batches have no target, the first in step 17: nothing of the assistant’s is in them, and they add nothing to the update.',
    ])
  })

  test('of a run that trains on all targets are not spoken of', () => {
    expect(found({}, 'all')).toEqual([])
  })
})

describe('tasks', () => {
  test('that supervise nothing are named', () => {
    const silent = entry({ name: 'Logs', entry: 2, supervised: 0, supervised_used: 0 })
    const [warning] = found({ entries: [entry(), silent] }).filter(({ level }) => level === 'warn')
    expect(warning).toMatchObject({
      path: 'mixture.train.2',
      message: 'Logs supervises nothing: of its 100,000 tokens none is the assistant’s.',
    })
  })

  test('that lose much of what is supervised are named, with what takes it', () => {
    const losing = entry({
      ...{ supervised: 50_000, supervised_used: 30_000, supervised_cropped: 15_000 },
      ...{ supervised_never_trained: 5000, supervised_cut_by_rendering: 50_000 },
    })
    const findings = found({ entries: [losing] })
    expect(warnings(findings)).toEqual([
      'GSM8K train loses 70.0 % of its supervised tokens: 15,000 cropped by packing, 50,000 cut off by rendering, 5,000 never trained.',
    ])
    expect(findings.at(-1)?.message).toBe(
      'The tasks give 100,000 supervised tokens; 30,000 are trained on, 70,000 (70.0 %) are cut off or never trained.',
    )
  })
})

test('conversations that wait in the buffer of best-fit pad are told of with any loss', () => {
  const facts = { longer_than_row: 96, entries: [entry({ longest: 629 })] }
  expect(warnings(found(facts, 'all'))).toEqual([containing('96 conversations are longer than a row of 256')])
  expect(found(facts, 'all')[0]?.remedy).toContain('Set max_seq_len to 628')
  expect(found(facts, 'all', 'bestfit-crop')).toEqual([])
})
