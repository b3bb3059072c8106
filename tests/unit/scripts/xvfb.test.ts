import { existsSync } from 'node:fs'

import { afterEach, describe, expect, it, vi } from 'vitest'

import { withVirtualDisplay } from '../../../scripts/xvfb'
import { containing } from '../../support/containing'

const socketOf = (display: string) => `/tmp/.X11-unix/X${display.slice(1)}`

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
