import { expect, it } from 'vitest'
import { byColour } from '../../../../src-renderer/packing/shares'

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
