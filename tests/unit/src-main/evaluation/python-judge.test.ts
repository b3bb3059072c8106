import { describe, expect, it } from 'vitest'

import { findJudge, type Judge } from '../../../../src-main/evaluation/python-judge'

const judge = await findJudge({ seconds: 2 })

/** The judge of this machine: Midbench needs Python 3 anyway. */
function here(): Judge {
  if (judge === null) throw new Error('there is no Python 3 on this machine')
  return judge
}

describe('a judge', () => {
  it('tells which Python it runs, and what it keeps programs from', () => {
    expect(here().python).toMatch(/python.* \(3\.\d+\.\d+.*\)$/)
    expect(Object.values(here().isolation).every((each) => typeof each === 'boolean')).toBe(true)
  })

  it('passes a program that runs to its end', async () => {
    expect(await here().run('word = "né"\nassert len(word) == 2')).toEqual({ passed: true, reason: null })
  })

  it.each([
    ['fails', 'assert 1 == 2, "one is not two"', 'AssertionError: one is not two'],
    ['is no Python', 'def f(:', 'SyntaxError'],
    ['leaves early', 'raise SystemExit(0)', 'SystemExit'],
    ['ends its process', 'import os\nos._exit(0)', 'it ended before its test did'],
    ['takes all the time', 'while True: pass', 'it took over 2 s'],
    ['takes all the memory', 'a = [0] * 10**9', 'MemoryError'],
    ['makes a process', 'import os\nos.fork()', 'TypeError'],
    ['calls itself for ever', 'def f(): return f()\nf()', 'RecursionError'],
    ['has a main part only', 'assert __name__ == "__main__"', 'AssertionError'],
  ])('does not pass one that %s', async (_, program, reason) => {
    const verdict = await here().run(program)
    expect(verdict.passed).toBe(false)
    expect(verdict.reason).toContain(reason)
  })

  it('keeps programs from what it says it keeps them from', async () => {
    const { isolation } = here()
    const connects =
      'import socket\ns = socket.socket()\ns.settimeout(1)\nassert s.connect_ex(("127.0.0.1", 9)) == 101'
    if (isolation.network) expect(await here().run(connects)).toMatchObject({ passed: true })
    const writes = 'open("made", "w").close()'
    expect((await here().run(writes)).passed).toBe(!isolation.files)
    if (isolation.user) expect((await here().run('import os\nassert os.getuid() == 65534')).passed).toBe(true)
  })

  it('gives each program an empty folder and an empty environment', async () => {
    const looks = 'import os\nassert os.listdir(".") == []\nassert "HOME" not in os.environ'
    expect(await here().run(looks)).toEqual({ passed: true, reason: null })
  })

  it('ends a program that is cancelled', async () => {
    const stop = new AbortController()
    const running = here().run('while True: pass', stop.signal)
    stop.abort()
    await expect(running).rejects.toThrow('abort')
  })
})
