import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { tfjsNodeDir } from '../../../../src-main/native/binding-source'
import { projectDir } from '../../../../src-main/native/paths'
import { restoreRemovedUtil } from '../../../../src-main/native/removed-util'

/** Names of functions that tfjs-node's files take from Node's util. */
function namesTaken(): Set<string> {
  const dist = join(tfjsNodeDir(), 'dist')
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js'),
  )
  const names = files.flatMap((file) => {
    const text = readFileSync(join(dist, file), 'utf8')
    const variable = /(\w+) = require\(["'](?:node:)?util["']\)/.exec(text)?.[1]
    if (variable === undefined) return []
    return [...text.matchAll(new RegExp(`\\b${variable}\\.(\\w+)`, 'g'))].map(([, name = '']) => name)
  })
  return new Set(names)
}

describe('restoreRemovedUtil', () => {
  it('leaves nothing missing of what tfjs-node takes from util, on this Node', () => {
    restoreRemovedUtil()
    const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>
    const names = [...namesTaken()]
    expect(names).toContain('isNullOrUndefined')
    expect(names.filter((name) => typeof util[name] !== 'function')).toEqual([])
  })

  it('gives functions that answer as the old ones did, and lists them nowhere', () => {
    restoreRemovedUtil()
    const util = createRequire(import.meta.url)('node:util') as Record<string, (value: unknown) => boolean>
    const values = [null, undefined, 0, '', false, [], {}, new Float32Array(1)]
    expect(values.filter((value) => util['isNullOrUndefined']?.(value))).toEqual([null, undefined])
    expect(values.filter((value) => util['isArray']?.(value))).toEqual([[]])
    expect(Object.keys(util)).not.toContain('isArray')
  })

  it('lets tfjs-node compute without a warning of this Node', () => {
    const program = `
      import { loadTensorflow } from './src-main/native/tensorflow.ts'
      import * as tf from '@tensorflow/tfjs-core'
      await loadTensorflow()
      const { values } = tf.topk(tf.concat([tf.tensor1d([1, 3]), tf.tensor1d([2])]), 2)
      console.log(JSON.stringify(values.arraySync()))`
    const flags = ['--throw-deprecation', '--pending-deprecation', '--import', 'tsx', '--input-type=module']
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--eval', program], {
      cwd: projectDir(),
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(stdout).toBe('[3,2]\n')
  })
})
