/** numpy's files: the bytes of the format's description, and read back. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { npyBytes, readNpy } from '../../../../src-main/files/npy'
import { hasPackage, runPython } from '../../../support/python'
import { temporaryFolder } from '../../../support/temporary-folder'

it('is laid out as numpy.lib.format says', () => {
  const bytes = Buffer.from(npyBytes({ shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, NaN) }))
  expect(bytes.length).toBe(128 + 24)
  expect(bytes.subarray(0, 10).toString('latin1')).toBe('\x93NUMPY\x01\x00\x76\x00')
  expect(bytes.subarray(10, 128).toString('latin1')).toMatch(
    /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3,\), \} +\n$/,
  )
  expect(bytes.readFloatLE(132)).toBe(1)
})

it('gives back what was written, and null for anything else', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })
  fc.assert(
    fc.property(sizes, (shape) => {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 3)
      const bytes = npyBytes({ shape, data })
      expect(readNpy(bytes)).toEqual({ shape, data })
      expect(readNpy(bytes.subarray(0, bytes.length - 1))).toBeNull()
    }),
  )
  expect([readNpy(new Uint8Array()), readNpy(Buffer.from('x'.repeat(200)))]).toEqual([null, null])
})

it.skipIf(!hasPackage('numpy'))('is opened by numpy', () => {
  const path = join(temporaryFolder(), 'a.npy')
  writeFileSync(path, npyBytes({ shape: [2, 1, 2], data: Float32Array.of(0.5, -1, 2, 3) }))
  const { output } = runPython(
    'import sys, numpy; a = numpy.load(sys.argv[1]); print(a.dtype, a.tolist())',
    path,
  )
  expect(output.trim()).toBe('float32 [[[0.5, -1.0]], [[2.0, 3.0]]]')
})
