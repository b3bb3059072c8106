/** What programs are kept from, in words. */
import { expect, test } from 'vitest'

import { isolationText } from '../../../../src-main/evaluation/isolation-text'

test('each thing that programs are kept from is said, and each that they are not', () => {
  expect(isolationText({ network: true, files: true, user: true })).toBe(
    'without the network, unable to change files, as nobody',
  )
  expect(isolationText({ network: false, files: false, user: false })).toBe(
    'with the network, able to change files, as the user who runs Midbench',
  )
})
