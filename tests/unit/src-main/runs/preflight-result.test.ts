import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { NOT_FOUND_BY_LATER } from '../../../../src-main/config/recipes.schema'
import { modelConfig } from '../../../../src-main/model/config.schema'
import { resultFindings } from '../../../../src-main/runs/preflight-result'
import { resultFacts } from '../../../../src-main/runs/result-facts'
import { containing } from '../../../support/containing'
import { goldenConfig } from '../../../support/golden-run'
import { temporaryFolder } from '../../../support/temporary-folder'

const base = {
  tag: 'd3',
  step: 0,
  deviceBatchSize: null,
  config: modelConfig.parse({
    ...{ sequence_len: 256, vocab_size: 700, n_layer: 3, n_head: 2, n_kv_head: 2, n_embd: 128 },
  }),
}

/** What is found of a nanochat folder that holds these results. */
async function findings(results: readonly string[], output_tag: string | null = null, dry_run = false) {
  const baseDir = temporaryFolder()
  for (const tag of results) {
    mkdirSync(join(baseDir, 'mid_checkpoints', tag), { recursive: true })
    writeFileSync(join(baseDir, 'mid_checkpoints', tag, 'model_000900.pt'), '')
  }
  const config = goldenConfig({ output_tag, dry_run })
  const facts = await resultFacts(config, { baseDir, dataDir: baseDir, base })
  return { folder: join(baseDir, 'mid_checkpoints'), found: resultFindings(config, facts) }
}

describe('the result’s place', () => {
  test.each([
    [[], null, 'd3'],
    [['d3'], null, 'd3-2'],
    [['d3', 'd3-2'], null, 'd3-3'],
    [['d3-2'], null, 'd3'],
    [['d3'], 'mine', 'mine'],
  ])('where %j is there and output_tag is %s is %s', async (results, output_tag, tag) => {
    const { folder, found } = await findings(results, output_tag)
    const since = results.includes('d3') && output_tag === null ? ', since d3 is taken' : ''
    const message = `The result will be ${join(folder, tag)}${since}. ${NOT_FOUND_BY_LATER}`
    expect(found).toEqual([{ level: 'ok', path: 'output_tag', message }])
  })

  test('of recipe sft is in chatsft_checkpoints, where every later nanochat finds it', async () => {
    const baseDir = temporaryFolder()
    const config = goldenConfig({ recipe: 'sft', dry_run: false })
    const facts = await resultFacts(config, { baseDir, dataDir: baseDir, base })
    const message = `The result will be ${join(baseDir, 'chatsft_checkpoints', 'd3')}.`
    expect(resultFindings(config, facts)).toEqual([{ level: 'ok', path: 'output_tag', message }])
  })

  test('that is given and taken is a blocker, which names one that is free', async () => {
    const { folder, found } = await findings(['mine', 'mine-2'], 'mine')
    expect(found).toMatchObject([
      { level: 'block', path: 'output_tag', message: `${join(folder, 'mine')} is there already.` },
    ])
    expect(found[0]?.remedy).toContain('"mine-3"')
  })

  test('of a dry run is none', async () => {
    expect((await findings(['d3'], null, true)).found).toEqual([])
  })
})

describe('a place that takes nothing is a blocker', () => {
  test.each(['mid_checkpoints', 'report'])('for a file named %s', async (name) => {
    const baseDir = temporaryFolder()
    writeFileSync(join(baseDir, name), '')
    const config = goldenConfig({ dry_run: false })
    const found = resultFindings(config, await resultFacts(config, { baseDir, dataDir: baseDir, base }))
    expect(found).toMatchObject([
      { level: 'block', path: 'base_dir', message: containing(join(baseDir, name)) },
    ])
    expect(readdirSync(baseDir)).toEqual([name])
  })

  test('for a disk that is read-only, or full', async () => {
    const config = goldenConfig({ dry_run: false })
    const readOnly = await resultFacts(config, { baseDir: '/proc', dataDir: '/proc', base })
    expect(resultFindings(config, readOnly)).toMatchObject([{ level: 'block', path: 'base_dir' }])
    const facts = {
      wanted: 'd3',
      taken: null,
      dir: '/b/d3',
      unwritable: null,
      bytes: 2 ** 30,
      freeBytes: 2 ** 29,
    }
    expect(resultFindings(config, facts)).toMatchObject([
      { level: 'block', message: 'The result takes 1.0 GiB on the disk of /b/d3, where 512 MiB are free.' },
    ])
    expect(resultFindings(config, { ...facts, freeBytes: null })).toMatchObject([{ level: 'ok' }])
  })
})
