/** A run for which the memory does not suffice: what it says, and that nothing is lost. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { type Finished, runCommandLine } from '../support/command-line'
import { goldenConfig } from '../support/golden-run'
import { temporaryFolder } from '../support/temporary-folder'

const event = z.looseObject({ event: z.string(), step: z.int().optional(), loss: z.number().optional() })

function losses({ stdout }: Finished): [number | undefined, number | undefined][] {
  const events = stdout.map((line) => event.parse(JSON.parse(line)))
  return events.flatMap(({ event, step, loss }) => (event === 'step' ? [[step, loss]] : []))
}

test.each(['eager', 'graph'] as const)(
  '%s: an error says what to lower, and the run goes on once there is memory',
  async (engine) => {
    const folder = temporaryFolder()
    const config = join(folder, 'config.json')
    const shape = { device_batch_size: 32, total_batch_size: 32 * 256, num_iterations: 4 }
    writeFileSync(config, JSON.stringify(goldenConfig({ engine, ...shape })))
    const whole = await runCommandLine(folder, [
      ...['train', '--config', config, '--json'],
      ...['--run-dir', join(folder, 'whole')],
    ])
    const run = join(folder, 'run')
    const args = ['train', '--config', config, '--json', '--run-dir', run]
    const first = await runCommandLine(folder, [...args, '--stop-after', '2'])
    const limited = { MIDBENCH_MEMORY_LIMIT: '150000000' }
    const failed = await runCommandLine(folder, [...args, '--resume'], limited)
    expect(failed.code).toBe(1)
    expect(losses(failed)).toEqual([])
    expect(failed.stderr).toContain('TensorFlow ran out of memory')
    expect(failed.stderr).toContain('Lower device_batch_size')
    expect(failed.stderr).toContain('The run is saved as of step 2.')
    expect(readdirSync(join(run, 'checkpoints'))).toEqual(['step_000002'])
    const rest = await runCommandLine(folder, [...args, '--resume'])
    expect(rest.code).toBe(0)
    expect([...losses(first), ...losses(rest)]).toEqual(losses(whole))
    expect(losses(whole)).toHaveLength(4)
  },
  300_000,
)
