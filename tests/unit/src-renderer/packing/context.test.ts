import { describe, expect, it } from 'vitest'
import { mixtureContext, packingContext, planContext } from '../../../../src-renderer/packing/context'
import { sampleConfig } from '../runs/sample-run'

const contexts = { mixtureContext, packingContext, planContext }
const of = (over: object = {}) => ({ config: sampleConfig(over), dir: '/p' })

describe.each(Object.entries(contexts))('%s', (_, context) => {
  it.each([{ exclude: [[0, 7]] }, { recipe: 'sft' }, { base_dir: '/other' }])(
    'changes with what decides the conversations: %o',
    (over) => {
      expect(context(of(over))).not.toBe(context(of()))
    },
  )

  it('stays the same where an option changes that plays no part', () => {
    expect(context(of({ matrix_lr: 1 }))).toBe(context(of()))
  })
})

it.each([packingContext, planContext])(
  'changes with the ranks, and with the one whose batches they are',
  (context) => {
    const two = of({ world_size: 2 })
    expect(context(two)).not.toBe(context(of()))
    expect(context({ ...two, rank: 1 })).not.toBe(context({ ...two, rank: 0 }))
  },
)
