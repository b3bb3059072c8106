import { expect, it } from 'vitest'
import { RowFault } from '../../../../../src-main/data/tasks/row-fault'
import { convertSmolTalk } from '../../../../../src-main/data/tasks/smoltalk'

const chat = (...roles: string[]) => ({
  messages: roles.map((role) => ({ content: role, role })),
  source: 's',
})

it.each([[['user', 'assistant']], [['user', 'assistant', 'user']], [['system', 'user', 'assistant']]])(
  'takes %j',
  (roles) => {
    expect(convertSmolTalk(chat(...roles)).messages.map((message) => message.role)).toEqual(roles)
  },
)

it.each([
  [[], 'there are no messages'],
  [['user'], 'fewer than two'],
  [['system', 'user'], 'fewer than two'],
  [['assistant', 'user'], 'message 0'],
  [['system', 'assistant', 'user'], 'message 1'],
  [['user', 'system'], 'message 1'],
  [['user', 'tool'], '1.role'],
])('refuses %j', (roles, reason) => {
  expect(() => convertSmolTalk(chat(...roles))).toThrow(RowFault)
  expect(() => convertSmolTalk(chat(...roles))).toThrow(reason)
})
