/** A cluster of one rank, in this process: a server cannot be ended, and a process has one. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'

import { beforeAll, expect, test } from 'vitest'

import { Graph, toNodeDefs, valueName } from '../../../../src-main/engine/graph/graph'
import { addSetters, addVariable } from '../../../../src-main/engine/graph/variables'
import { RankPeers } from '../../../../src-main/engine/ranks/rank-peers'
import { type Cluster, hostName, hostPort, joinCluster } from '../../../../src-main/native/cluster'
import { DType } from '../../../../src-main/native/graph-def'
import { loadTensorflow, type Tensorflow } from '../../../../src-main/native/tensorflow'
import { failureOf } from '../../../support/failure'
import { isLoopback, listeningOf } from '../../../support/listening'

let tensorflow: Tensorflow
let cluster: Cluster

const listener = async (): Promise<Server> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port

beforeAll(async () => {
  tensorflow = await loadTensorflow()
})

test('a port in use is refused; then another one is taken, and nothing listens beyond loopback', async () => {
  const taken = await listener()
  const failure = await failureOf(() => joinCluster(tensorflow, placeAt(portOf(taken))))
  expect(failure).toMatchObject({ code: 'ranks.port' })
  expect(failure.message).toContain(`127.0.0.1:${String(portOf(taken))}`)

  const free = await listener()
  const port = portOf(free)
  free.close()
  await once(free, 'close')
  const before = listeningOf(process.pid).map((each) => each.port)
  cluster = await joinCluster(tensorflow, placeAt(port))
  const started = listeningOf(process.pid).filter((each) => !before.includes(each.port))
  expect(started.map((each) => each.port)).toEqual([port])
  expect(started.every(({ address }) => isLoopback(address))).toBe(true)
  taken.close()
})

test('what ranks tell one another arrives to the bit', () => {
  const peers = new RankPeers(cluster, 5)
  const numbers = [0.1 + 0.2, -0, Infinity, 2 ** 53 - 1, 5e-324]
  expect(peers.gather(numbers)).toEqual([numbers])
  expect(peers.gatherText('ein Bär', 64)).toEqual(['ein Bär'])
  expect(peers.gatherText('', 64)).toEqual([''])
  expect(() => peers.gatherText('x'.repeat(65), 64)).toThrow()
})

test('a variable of a session is gone with it, and a session of this process alone has none of it', () => {
  const graph = new Graph()
  const variable = addVariable(graph, 'w', [1], DType.float32)
  const set = addSetters(graph, [variable])
  const nodes = toNodeDefs(graph)
  const read = valueName(variable.read)
  const value = new Map([['w', { dtype: DType.float32, shape: [1], data: Float32Array.of(7) }]])
  const first = cluster.open(nodes)
  first.run(set.inputs(value), set.outputs(value))
  expect(first.run({}, [read])[0]?.data).toEqual(Float32Array.of(7))
  first.dispose()
  const second = cluster.open(nodes)
  expect(() => second.run({}, [read])).toThrow(/Could not find variable|uninitialized/)
  second.dispose()
})

test('a host that is not there', async () => {
  const place = { rank: 0, hosts: ['no-such-host.invalid:2222'] }
  expect(await failureOf(() => joinCluster(tensorflow, place))).toMatchObject({ code: 'ranks.host' })
})

test('names and ports of hosts', () => {
  expect(['a.b:1', '127.0.0.1:22', '[::1]:333'].map(hostName)).toEqual(['a.b', '127.0.0.1', '::1'])
  expect(['a.b:1', '127.0.0.1:22', '[::1]:333'].map(hostPort)).toEqual([1, 22, 333])
})

function placeAt(port: number): { rank: number; hosts: string[] } {
  return { rank: 0, hosts: [`127.0.0.1:${String(port)}`] }
}
