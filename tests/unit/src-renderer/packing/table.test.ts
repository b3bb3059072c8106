import { describe, expect, it } from 'vitest'
import { batchModel } from '../../../../src-renderer/packing/batch-model'
import { conversationTable, tokenTable } from '../../../../src-renderer/packing/table'
import { BOS, sampleBatch } from './sample-batch'

const model = batchModel(sampleBatch())

describe('tokenTable', () => {
  const lines = tokenTable(model, ['Chats', 'Sums, short']).split('\r\n')

  it('has a line a token, and one of names', () => {
    expect(lines).toHaveLength(1 + 2 * 7 + 1)
    expect(lines[0]).toBe('row,position,id,bytes,text,target_id,role,mask,conversation,task,task_row')
    expect(lines.at(-1)).toBe('')
  })

  it('tells where each token is from', () => {
    expect(lines[1]).toBe(`0,0,${BOS},0,<|bos|>,1,structure,0,10,Chats,2`)
  })

  it('quotes what a reader could misunderstand', () => {
    expect(lines[2]).toBe('0,1,1,3," a\n",2,user,0,10,Chats,2')
    const whole = tokenTable(model, ['Say "hi"']).split('\r\n')
    expect(whole[1]).toMatch(/,10,"Say ""hi""",2$/)
  })

  it('has no target for a row’s last token, and no conversation for padding', () => {
    const padded = tokenTable(model, ['Chats', 'Sums']).trimEnd().split('\r\n').at(-1)
    expect(padded).toBe(`1,6,${BOS},0,<|bos|>,,pad,0,,,`)
  })
})

describe('conversationTable', () => {
  it('has a line a conversation, in row order', () => {
    expect(conversationTable(model, ['Chats', 'Sums, short'])).toBe(
      [
        'row,offset,length,cropped,conversation,task,task_row',
        '0,0,3,0,10,Chats,2',
        '0,3,4,3,11,"Sums, short",7',
        '1,0,5,0,12,Chats,4',
        '',
      ].join('\r\n'),
    )
  })
})
