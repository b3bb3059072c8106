/**
 * TensorFlow inside a real Electron, past what Electron's own allocator can hold: blocks beyond 1 GiB end the process
 * there unless they bypass it (src-main/native/large-blocks.cc).
 */
import { execFile } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { build } from 'vite'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'

import { projectDir } from '../../src-main/native/paths'
import { requireElectron } from '../../src-main/native/setup/electron-binary'

const source = join(projectDir(), 'tests', 'support', 'native-memory')
const app = join(projectDir(), 'out', 'tests', 'native-memory')

const findingsSchema = z.object({
  electron: z.string(),
  version: z.string(),
  tensorBytes: z.number(),
  tailSum: z.number(),
  losses: z.array(z.number()),
  peakBytes: z.number(),
})

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir: app,
      emptyOutDir: true,
      target: 'node20.18',
      rolldownOptions: {
        input: { main: join(source, 'main.ts'), worker: join(source, 'worker.ts') },
        external: ['electron'],
      },
    },
  })
  cpSync(join(source, 'package.json'), join(app, 'package.json'))
})

describe('TensorFlow in a worker thread of Electron, loaded after the window', () => {
  it('holds a tensor of 3 GB and trains with more than 2 GB', async () => {
    onTestFinished(() => {
      rmSync(app, { recursive: true })
    })
    const { executable, version } = requireElectron()
    const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const { stdout } = await promisify(execFile)(executable, [...flags, app], { timeout: 120_000 })
    const findings = findingsSchema.parse(JSON.parse(stdout))
    expect(findings.electron).toBe(version)
    expect(findings.tensorBytes).toBeGreaterThan(3e9)
    expect(findings.tailSum).toBe(10)
    expect(findings.peakBytes).toBeGreaterThan(2 * 2 ** 30)
    // Each step of this rate halves the distance to the optimum, so the loss falls to a quarter.
    expect(findings.losses.map((loss) => Number(loss.toFixed(3)))).toEqual([1, 0.25, 0.063])
  }, 180_000)
})
