import { describe, expect, it } from 'vitest'
import { drawCurve, pointAt } from '../../../../src-renderer/packing/curve'
import { samplePlan } from './sample-plan'

describe('drawCurve', () => {
  it('draws utilisation in the upper half and the crop in the lower, each on its own scale', () => {
    const drawing = drawCurve(samplePlan())
    expect(drawing.leastUtilisation).toBe(0.5)
    expect(drawing.mostCropped).toBeCloseTo(6 / 17, 12)
    expect(drawing.utilisation).toBe('M0 0L0.33333 0L0.66667 0.44L1 0.18857')
    expect(drawing.cropped).toBe('M0 1L0 1L0.33333 0.84417L0.66667 1L1 0.56L1 1Z')
  })

  it('draws a level line where nothing is lost, and across where there is one point only', () => {
    const curve = { batches_per_point: 1, used: [14], cropped: [0], padded: [0] }
    const drawing = drawCurve(samplePlan({ curve, batches: 1 }))
    expect(drawing.utilisation).toBe('M0 0L1 0')
    expect(drawing.cropped).toBe('M0 1L0 1L1 1L1 1Z')
  })

  it('draws nothing of an epoch without a complete step', () => {
    const curve = { batches_per_point: 1, used: [], cropped: [], padded: [] }
    expect(drawCurve(samplePlan({ curve, batches: 0 }))).toMatchObject({ utilisation: '', cropped: '' })
  })
})

describe('pointAt', () => {
  it('reads the curve at a batch', () => {
    expect(pointAt(samplePlan(), 1)).toEqual({ utilisation: 1, cropped: 2 / 16 })
  })

  it('reads the point that a batch shares with others', () => {
    const curve = { batches_per_point: 3, used: [30, 11], cropped: [10, 0], padded: [0, 0] }
    expect(pointAt(samplePlan({ curve }), 2)?.cropped).toBe(0.25)
    expect(pointAt(samplePlan({ curve }), 3)?.cropped).toBe(0)
  })

  it('knows nothing past the plan', () => {
    expect(pointAt(samplePlan(), 4)).toBeNull()
  })
})
