/** Ports of this machine's loopback interface that nobody listens on just now. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** Another program may take one before it is used: who uses them must be ready to ask again. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
