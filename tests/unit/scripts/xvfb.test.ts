import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

import { afterEach, describe, expect, it, vi } from 'vitest'

import { withVirtualDisplay } from '../../../scripts/xvfb'
import { containing } from '../../support/containing'

const socketOf = (display: string) => `/tmp/.X11-unix/X${display.slice(1)}`

/** Connects as an X client does: little-endian, protocol 11. Resolves once the server has let it in. */
async function joinDisplay(display: string): Promise<Socket> {
  const client = connect(socketOf(display))
  const hello = Buffer.alloc(12)
  hello.write('l')
  hello.writeUInt16LE(11, 2)
  client.write(hello)
  await once(client, 'data')
  return client
}

/** Whether the server answers a request (GetInputFocus); not so where the connection ends. */
async function isAnswered(client: Socket): Promise<boolean> {
  const hungUp = once(client, 'close').then(() => false)
  client.write(Buffer.from([43, 0, 1, 0]))
  return Promise.race([once(client, 'data').then(() => true), hungUp])
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('withVirtualDisplay', () => {
  it('offers a display of its own while the work lasts', async () => {
    const [first, second] = await withVirtualDisplay((outer) =>
      withVirtualDisplay((inner) => {
        expect([existsSync(socketOf(outer)), existsSync(socketOf(inner))]).toEqual([true, true])
        return Promise.resolve([outer, inner])
      }),
    )
    expect(first).toMatch(/^:\d+$/)
    expect(second).not.toBe(first)
    await vi.waitFor(() => {
      expect(existsSync(socketOf(first))).toBe(false)
    })
  })

  it('drops nobody who comes as the last client leaves', async () => {
    await withVirtualDisplay(async (display) => {
      for (let visit = 0; visit < 100; visit++) {
        const leaving = await joinDisplay(display)
        leaving.destroy()
        const coming = await joinDisplay(display)
        expect(await isAnswered(coming)).toBe(true)
        coming.destroy()
      }
    })
  })

  it('ends the display where the work fails', async () => {
    let display = ''
    const failing = withVirtualDisplay((name) => {
      display = name
      return Promise.reject(new Error('no'))
    })
    await expect(failing).rejects.toThrow('no')
    await vi.waitFor(() => {
      expect(existsSync(socketOf(display))).toBe(false)
    })
  })

  it('says what to do where there is no Xvfb', async () => {
    vi.stubEnv('PATH', '')
    await expect(withVirtualDisplay(() => Promise.resolve())).rejects.toMatchObject({
      code: 'display.failed',
      remedy: containing('npm run setup'),
    })
  })
})
