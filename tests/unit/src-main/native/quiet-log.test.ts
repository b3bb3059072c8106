import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { projectDir } from '../../../../src-main/native/paths'

const program = `import { register } from 'tsx/esm/api'
  register()
  const { loadTensorflow } = await import(process.argv[1])
  const { version } = await loadTensorflow()
  console.log(version)`

function load(env: Record<string, string>): { stdout: string; stderr: string } {
  const module = join(projectDir(), 'src-main', 'native', 'tensorflow.ts')
  const args = ['--input-type=module', '--eval', program, module]
  return spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, ...env } })
}

describe('TensorFlow’s log', () => {
  it('is silent on stderr where nothing is wrong', () => {
    const { stdout, stderr } = load({})
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(stderr).toBe('')
  })

  it('speaks where asked to', () => {
    expect(load({ TF_CPP_MIN_LOG_LEVEL: '0' }).stderr).toContain('oneDNN')
  })
})
