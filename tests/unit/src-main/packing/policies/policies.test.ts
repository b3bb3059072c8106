import { expect, it } from 'vitest'
import { POLICIES } from '../../../../../src-main/packing/policies/policies'
import { trainablePacking } from '../../../../../src-main/packing/packings.schema'

it('have names of their own, and say what they do', () => {
  expect(new Set(POLICIES.map(({ name }) => name)).size).toBe(POLICIES.length)
  expect(new Set(POLICIES.map(({ about }) => about)).size).toBe(POLICIES.length)
})

it('train where the reference or its later form packs so', () => {
  expect(trainablePacking.options).toEqual(['bestfit-crop', 'bestfit-pad'])
})
