import { describe, expect, it } from 'vitest'
import { GRID_OPTIONS, gridOf, readValues, valuesHint } from '../../../../src-renderer/train/grid'

const values = (option: Parameters<typeof readValues>[0]['option'], text: string) =>
  readValues({ option, text })

describe('the values of an option', () => {
  it('are read with commas or spaces between them, each once', () => {
    expect(values('matrix_lr', '0.01, 2e-2 1/50;0.01')).toEqual({ values: [0.01, 0.02], refused: [] })
    expect(values('dry_run', 'on off')).toEqual({ values: [true, false], refused: [] })
    expect(values('packing', 'bestfit-crop, bestfit-pad').values).toEqual(['bestfit-crop', 'bestfit-pad'])
    expect(values('model_tag', 'd4 d12').values).toEqual(['d4', 'd12'])
    expect(values('model_step', 'none, 100').values).toEqual([null, 100])
  })

  it('are refused where the option does not take them', () => {
    expect(values('matrix_lr', 'fast, -1, 0.1')).toEqual({ values: [0.1], refused: ['fast', '-1'] })
    expect(values('buffer_size', '10, 1.5, none')).toEqual({ values: [10], refused: ['1.5', 'none'] })
    expect(values('dry_run', 'maybe').refused).toEqual(['maybe'])
    expect(values('packing', 'tightest').refused).toEqual(['tightest'])
  })

  it('are hinted at in an empty field', () => {
    const hint = (name: string) => {
      const option = GRID_OPTIONS.find((one) => one.name === name)
      return option && valuesHint(option, '0.02')
    }
    expect(hint('matrix_lr')).toBe('now 0.02')
    expect(hint('dry_run')).toBe('on, off')
    expect(hint('device_type')).toBe('cpu, cuda')
  })
})

describe('a grid', () => {
  it('is none while an option has no value, or one that it does not take', () => {
    expect(gridOf([])).toEqual([])
    expect(gridOf([{ option: 'seed', text: '1, 2' }])).toEqual([{ option: 'seed', values: [1, 2] }])
    expect(gridOf([{ option: 'seed', text: ' ' }])).toBeNull()
    expect(gridOf([{ option: 'seed', text: '1, x' }])).toBeNull()
  })

  it('is not made of what names a run or its place', () => {
    const names = GRID_OPTIONS.map(({ name }) => name)
    expect(names).not.toContain('output_tag')
    expect(names).not.toContain('base_dir')
    expect(names).toContain('buffer_size')
  })
})
