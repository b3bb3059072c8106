import { expect, test } from 'vitest'

import { fromCheckpoint } from '../../../../../src-main/engine/optimizer-state'
import { stateHash } from '../../../../../src-main/engine/ranks/alike'
import { ownState, wholeState } from '../../../../../src-main/engine/ranks/shared-state'
import { parameterShapes } from '../../../../../src-main/model/parameters'
import { shareBytes, shareOf } from '../../../../../src-main/optimizers/shares'
import { tinyCheckpoint, tinyConfig } from '../../../../support/checkpoints'

const shapes = parameterShapes(tinyConfig)
const { optimizers } = tinyCheckpoint(4)
const { groups } = optimizers
const whole = fromCheckpoint(optimizers)

test.each([1, 2, 3, 4, 9])(
  'the shares of %i ranks are the whole state when they are put together',
  (worldSize) => {
    const ranks = Array.from({ length: worldSize }, (_, rank) => {
      const share = shareOf(groups, shapes, { rank, worldSize })
      const own = ownState(whole, groups, share)
      const array = (name: string) => {
        const found = own.get(name)
        if (found === undefined) throw new Error(`rank ${String(rank)} has no ${name}`)
        return found
      }
      return { share, own, array }
    })
    for (const { share, own } of ranks) {
      const arrays = [...own].filter(([name]) => !name.endsWith('.step'))
      const bytes = arrays.reduce((sum, [, { data }]) => sum + data.byteLength, 0)
      expect(bytes).toBe(shareBytes(groups, shapes, share))
    }
    // What a rank gives does not depend on what it is given, so all that each gives can be listed beforehand.
    const given = ranks.map(({ share, array }) => {
      const gives: Float32Array[] = []
      const gather = (data: Float32Array): Float32Array[] => {
        gives.push(data)
        return new Array<Float32Array>(worldSize).fill(data)
      }
      Array.from(wholeState(array, groups, shapes, share, gather))
      return gives
    })
    for (const { share, array } of ranks) {
      let turn = 0
      const gather = (data: Float32Array): Float32Array[] => {
        const all = given.map((gives) => gives[turn] ?? new Float32Array())
        expect(all.map(({ length }) => length)).toEqual(all.map(() => data.length))
        turn += 1
        return all
      }
      const together = [...wholeState(array, groups, shapes, share, gather)]
      expect(together.map(([name, { shape }]) => [name, shape])).toEqual(
        [...whole].map(([name, { shape }]) => [name, shape]),
      )
      expect(stateHash({ parameters: [], optimizer: together })).toBe(
        stateHash({ parameters: [], optimizer: whole }),
      )
    }
  },
)
