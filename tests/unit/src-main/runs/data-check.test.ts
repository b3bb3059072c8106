import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { checkData } from '../../../../src-main/runs/data-check'
import { runConfig } from '../../../../src-main/config/config.schema'
import { goldenPath } from '../../../support/golden'
import { temporaryFolder } from '../../../support/temporary-folder'

it('tells how many conversations there are, and which entries leave rows out, each once', async () => {
  const folder = temporaryFolder()
  const bad = '{"conversations": [{"from": "observation", "value": "x"}]}\n'
  writeFileSync(join(folder, 'bad.jsonl'), bad)
  const source = [goldenPath('formats/sharegpt.jsonl'), 'bad.jsonl']
  const entry = { task: 'Conversations', source, on_bad: 'skip', repeat: 2 }
  const config = runConfig.parse({ mixture: { train: [entry], val: [] } })
  const locations = {
    baseDir: goldenPath('nanochat_base'),
    configDir: folder,
    cacheDir: join(folder, 'cache'),
  }
  expect(await checkData(config, locations)).toMatchObject({
    train: 4,
    val: 0,
    leftOut: [{ path: 'mixture.train.0', skipped: { rows: 3, reasons: { 'tool-calls': 1 } } }],
  })
}, 60_000)
