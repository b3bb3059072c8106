import { expect, it } from 'vitest'
import { POLICIES } from '../../../../../src-main/packing/policies/policies'
import { trainablePacking } from '../../../../../src-main/packing/packings.schema'
import { exportsOf } from '../../../../support/exports-of'

it('lists every policy that a file of its folder exports, each name and description once', async () => {
  const policies = (await exportsOf('src-main/packing/policies')).filter(
    (value) => typeof value === 'object' && value !== null && 'place' in value,
  )
  expect(new Set<unknown>(POLICIES)).toEqual(new Set(policies))
  expect(new Set(POLICIES.map(({ name }) => name)).size).toBe(POLICIES.length)
  expect(new Set(POLICIES.map(({ about }) => about)).size).toBe(POLICIES.length)
})

it('train where the reference or its later form packs so', () => {
  expect(trainablePacking.options).toEqual(['bestfit-crop', 'bestfit-pad'])
})
