import { expect, it } from 'vitest'

import { measuredStep, measureStep } from '../../../../src-main/engine/measure'

const groups = [
  { label: 'matrices', names: ['a'] },
  { label: 'head', names: ['b'] },
  { label: 'matrices', names: ['c'] },
]
const step = measuredStep(groups, ['c', 'b', 'a'], {
  parameter: (name) => `p:${name}`,
  gradient: (name) => `g:${name}`,
  update: (name) => `u:${name}`,
})

it('all parameters stand in the model’s order, and groups of one label are one', () => {
  expect(step.all.gradients()).toEqual(['g:c', 'g:b', 'g:a'])
  expect([...step.groups].map(([label, of]) => [label, of.updates(), of.parameters()])).toEqual([
    ['matrices', ['u:a', 'u:c'], ['p:a', 'p:c']],
    ['head', ['u:b'], ['p:b']],
  ])
})

it('a number that is too large for one is null', () => {
  const measured = (norm: number) => measureStep(step, { norm: () => norm })((value) => value)
  expect(measured(2).grad_norm).toBe(2)
  expect(measured(Infinity).grad_norm).toBeNull()
})
