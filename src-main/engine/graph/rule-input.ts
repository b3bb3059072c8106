/** The input of a shape rule, and helpers for rules: inputs, constants, attributes, shapes. */
import { MidbenchError } from '../../errors'
import type { Attribute } from '../../native/graph-def'
import type { OutputInfo, Value } from './graph'

export interface RuleInput {
  op: string
  inputs: readonly Value[]
  attributes: Readonly<Record<string, Attribute>>
}
export type Shape = readonly number[]

/** @throws MidbenchError `graph.shape` where there is no such input */
export function at({ op, inputs }: RuleInput, index: number): Value {
  const value = inputs[index]
  if (!value) throw misfit(op, `input ${String(index)} is missing`)
  return value
}

export function misfit(op: string, why: string): MidbenchError {
  return new MidbenchError({ code: 'graph.shape', message: `${op}: ${why}.` })
}

/** Values of an integer constant, such as axes or a wanted shape. */
export function integers(input: RuleInput, index: number): number[] {
  const value = at(input, index)
  if (!value.node.constant) {
    throw misfit(input.op, `input ${String(index)} decides the shape and must be a constant`)
  }
  return Array.from(value.node.constant.data)
}

/** A boolean attribute; false where it is not given. */
export function flag({ attributes }: RuleInput, name: string): boolean {
  const attribute = attributes[name]
  return attribute?.kind === 'bool' && attribute.value
}

/** An integer or type attribute. */
export function integer(input: RuleInput, name: string, fallback = 0): number {
  const attribute = input.attributes[name]
  return attribute?.kind === 'int' || attribute?.kind === 'type' ? attribute.value : fallback
}

/** Number of elements of a tensor of that shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1)
}

/** numpy's broadcasting of two shapes. */
export function broadcast(op: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    if (x !== y && x !== 1 && y !== 1) throw misfit(op, `[${a.join()}] and [${b.join()}] do not broadcast`)
    return x === 1 ? y : x
  })
}

/** One output of that shape and type. */
export const same = (shape: Shape, dtype: number): OutputInfo[] => [{ shape: [...shape], dtype }]
/** The axis counted from the front. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)
