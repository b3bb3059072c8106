import { expect, it } from 'vitest'
import { byColour, epochByColour } from '../../../../src-renderer/packing/shares'
import { samplePlan } from './sample-plan'

it('adds the repeats of an entry up and leaves out what does not occur', () => {
  const share = (task: number, conversations: number) => ({
    task,
    conversations,
    used: 10 * conversations,
    cropped: conversations,
    cropped_conversations: 1,
  })
  const shares = [share(0, 1), share(1, 2), share(2, 0), share(3, 4)]
  const sums = byColour(shares, [1, 1, 2, 0])
  expect(sums).toEqual([
    { task: 3, colour: 0, conversations: 4, used: 40, cropped: 4, cropped_conversations: 1 },
    { task: 0, colour: 1, conversations: 3, used: 30, cropped: 3, cropped_conversations: 2 },
  ])
  expect(shares[0]).toEqual(share(0, 1))
})

it('adds the repeats of an entry up over the epoch', () => {
  expect(epochByColour(samplePlan(), [3, 1, 1])).toEqual([
    { task: 1, colour: 1, conversations: 14, used: 92, cropped: 16, cropped_conversations: 4, never_trained: 2, longer_than_row: 3, cut: 0, supervised: 44, supervised_lost: 16 },
    { task: 0, colour: 3, conversations: 10, used: 46, cropped: 8, cropped_conversations: 2, never_trained: 1, longer_than_row: 0, cut: 0, supervised: 22, supervised_lost: 8 },
  ]) // prettier-ignore
})
