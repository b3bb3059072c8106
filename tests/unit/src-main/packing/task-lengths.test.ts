import { describe, expect, it } from 'vitest'
import { SupervisionTable } from '../../../../src-main/packing/supervision-table'
import { taskLengths } from '../../../../src-main/packing/task-lengths'

describe('taskLengths', () => {
  const supervision = new SupervisionTable(4)
  const cut = [0, 650, 0, 0]
  ;[4, 100, 5, 6].forEach((supervised, c) => {
    const stretches = Uint16Array.of(1, 1 + supervised)
    supervision.set(c, { supervised, stretches, supervisedCut: cut[c] ?? 0 })
  })
  const table = {
    lengths: Int32Array.from([10, 300, 20, 30]),
    supervision,
    cut: Int32Array.from([0, 700, 0, 0]),
    tasks: Uint16Array.from([0, 1, 0, 1]),
  }

  it('adds up by task', () => {
    const [first, second, third] = taskLengths(table, 3, 100)
    expect(first).toMatchObject({ index: 0, conversations: 2, tokens: 30, supervised: 9, mean: 15, max: 20 })
    expect(second).toMatchObject({ conversations: 2, tokens: 330, mean: 165, max: 300, longer_than_row: 1 })
    expect(third).toMatchObject({ conversations: 0, tokens: 0, mean: 0, max: 0 })
  })

  it('counts what rendering cut off, which is in no length', () => {
    const [first, second] = taskLengths(table, 2, 100)
    expect(first).toMatchObject({ conversations_cut_by_rendering: 0, tokens_cut_by_rendering: 0 })
    expect(second).toMatchObject({
      tokens: 330,
      conversations_cut_by_rendering: 1,
      tokens_cut_by_rendering: 700,
      supervised_cut_by_rendering: 650,
    })
  })

  it('bins lengths with one width for all tasks', () => {
    const tasks = taskLengths(table, 2, 100)
    expect(tasks.map((t) => t.bin_width)).toEqual([8, 8])
    expect(tasks[0]?.bins).toHaveLength(Math.floor(300 / 8) + 1)
    expect(tasks.map((t) => t.bins.reduce((a, b) => a + b, 0))).toEqual([2, 2])
    expect(tasks[1]?.bins[37]).toBe(1)
  })

  it('leaves a conversation of exactly a row out of those longer than one', () => {
    expect(taskLengths(table, 2, 300)[1]?.longer_than_row).toBe(0)
    expect(taskLengths(table, 2, 299)[1]?.longer_than_row).toBe(1)
  })
})
