/**
 * A run's losses are the same digits on every Node that Midbench is tested on: the starter's first 30 steps, through the
 * command line, in both engines. `npm test` installs the Nodes; by themselves these tests ask for that.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { otherNodes } from '../../src-main/native/setup/tested-nodes'
import { runCommandLine } from '../support/command-line'
import { STARTER_DIR } from '../support/small-project'
import { temporaryFolder } from '../support/temporary-folder'

const event = z.object({ event: z.string(), loss: z.number().optional() })

/** A quarter of the starter's rows, for the time that six runs take. */
const FEWER_ROWS = { device_batch_size: 2, total_batch_size: 2 * 512 }

/** The starter project without its first evaluation, which changes no loss. */
function starterProject(engine: 'graph' | 'eager'): string {
  const folder = temporaryFolder()
  cpSync(STARTER_DIR, folder, { recursive: true })
  const path = join(folder, 'preset.json')
  const preset = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')))
  writeFileSync(path, JSON.stringify({ ...preset, ...FEWER_ROWS, engine, eval_every: -1 }))
  return path
}

async function losses(node: string, config: string): Promise<number[]> {
  const args = ['train', '--config', config, '--dtype', 'float32', '--stop-after', '30', '--json']
  const { code, stdout, stderr } = await runCommandLine(temporaryFolder(), args, {}, node)
  expect(code, `${node}: ${stderr}`).toBe(0)
  expect(stderr, node).not.toMatch(/deprecat|experimental/i)
  const events = stdout.map((line) => event.parse(JSON.parse(line)))
  return events.flatMap(({ event: kind, loss }) => (kind === 'step' && loss !== undefined ? [loss] : []))
}

test.each(['graph', 'eager'] as const)(
  'the 30 losses of a starter run in the %s engine are the same digits on every Node',
  async (engine) => {
    const config = starterProject(engine)
    const here = await losses(process.execPath, config)
    expect(here).toHaveLength(30)
    expect(here.at(-1)).toBeLessThan(here[0] ?? 0)
    const others = otherNodes()
    expect(others.length).toBeGreaterThanOrEqual(2)
    for (const { version, executable } of others) {
      expect(await losses(executable, config), `Node ${version}`).toEqual(here)
    }
  },
  1_200_000,
)
