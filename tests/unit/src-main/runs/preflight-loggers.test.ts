import { afterEach, expect, test, vi } from 'vitest'

import type { RunConfig } from '../../../../src-main/config/config.schema'
import { lackingPackages } from '../../../../src-main/runs/loggers/python/python-packages'
import { loggerFindings } from '../../../../src-main/runs/preflight-loggers'
import { sampleConfig } from '../../../support/run-samples'
import { standInForWandb } from '../../../support/stand-in-package'
import { temporaryFolder } from '../../../support/temporary-folder'

afterEach(() => {
  vi.unstubAllEnvs()
})

const ALL: RunConfig['loggers'] = ['tensorboard', 'wandb', 'trackio']
const of = (loggers: RunConfig['loggers']): RunConfig => ({ ...sampleConfig(), loggers })

test('a run that logs nowhere gets no finding, and nothing is said of what is not known', () => {
  expect(loggerFindings(of([]), [])).toEqual([])
  expect(loggerFindings(of(ALL), null)).toEqual([])
})

test('it is said where figures go, and what has to be installed first', () => {
  expect(loggerFindings(of(ALL), ['trackio'])).toEqual([
    {
      level: 'warn',
      path: 'loggers',
      message: 'trackio gets nothing of this run: the Python package trackio is not installed.',
      remedy: 'Install it: npm run midbench -- loggers install trackio',
      install: 'trackio',
    },
    { level: 'ok', path: 'loggers', message: 'The figures go to TensorBoard and W&B as well.' },
  ])
  expect(loggerFindings(of(['wandb']), ['wandb'])).toHaveLength(1)
})

test('a package is lacking where no Python has it, and only those that are asked for are looked for', async () => {
  expect(await lackingPackages(['tensorboard'], temporaryFolder())).toEqual([])
  standInForWandb(temporaryFolder())
  expect(await lackingPackages(['wandb', 'tensorboard'], temporaryFolder())).toEqual([])
  vi.stubEnv('PATH', temporaryFolder())
  expect(await lackingPackages(['wandb', 'trackio'], temporaryFolder())).toEqual(['wandb', 'trackio'])
})
