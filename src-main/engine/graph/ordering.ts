/**
 * Makes the large products of a graph run one after another, in the order in which they were recorded.
 *
 * TensorFlow runs whatever is ready: all chunks of the loss at once, each with logits of its own. In recorded order one
 * chunk's logits are freed before the next one's are made, as in eager mode: at a vocabulary of 65536 this takes a
 * third of the memory and no more time. Small products keep their freedom, since two at a time use the processor
 * better.
 */
import type { GraphNode, Value } from './graph'

/** A product with this many elements or more is large: 16 MB in bfloat16. */
const largeElements = 2 ** 23

const products = new Set(['MatMul', 'BatchMatMul', 'BatchMatMulV2'])

/**
 * Orders the large products that `outputs` need.
 *
 * @param nodes all nodes, in recorded order
 * @returns how many products were put in order.
 */
export function orderLargeProducts(
  nodes: readonly GraphNode[],
  outputs: readonly Value[],
  atLeast: number = largeElements,
): number {
  const needed = ancestors(outputs) // the order must not force a product to run that nothing needs
  const large = nodes.filter((node) => needed.has(node) && products.has(node.op) && elements(node) >= atLeast)
  large.forEach((node, i) => {
    const before = large[i - 1]
    if (before) node.after.push(before)
  })
  return large.length
}

/** The nodes that must run for these values. */
export function ancestors(outputs: readonly Value[]): Set<GraphNode> {
  const found = new Set<GraphNode>()
  const waiting = outputs.map(({ node }) => node)
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (found.has(node)) continue
    found.add(node)
    waiting.push(...node.inputs.map((input) => input.node), ...node.after)
  }
  return found
}

function elements(node: GraphNode): number {
  return node.outputs[0]?.shape.reduce((product, size) => product * size, 1) ?? 0
}
