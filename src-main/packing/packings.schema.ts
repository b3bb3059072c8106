/** The packings by name: the ways of filling rows, from the table of policies. */
import { z } from 'zod'
import { POLICIES } from './policies/policies'
import type { PackingPolicy } from './policies/policy'

export const packingName = z.enum(POLICIES.map(({ name }) => name))

/** The packings that a run can train with; the others are only for comparison. */
export const trainablePacking = z.enum(POLICIES.filter((policy) => policy.trains).map(({ name }) => name))

export type PackingName = z.infer<typeof packingName>

export function policyNamed(name: PackingName): PackingPolicy {
  const policy = POLICIES.find((each) => each.name === name)
  if (policy === undefined) throw new RangeError(`no packing is called ${name}`)
  return policy
}
