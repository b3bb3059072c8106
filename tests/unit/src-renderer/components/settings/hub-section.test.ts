// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { beforeAll, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { CallError } from '../../../../../src-renderer/api/client'
import type { Hub, TokenState } from '../../../../../src-renderer/api/types'
import HubSection from '../../../../../src-renderer/components/settings/HubSection.vue'
import { answerWith, connect, made, settled } from '../../main-process'

const hub: Hub = {
  cache: { path: '/home/p/hub', exists: true, free_bytes: 3 * 1024 ** 3, set_by: null },
  endpoint: { host: 'mirror:8080', set_by: 'HF_ENDPOINT' },
  token: { used: true, file: null, set_by: 'HF_TOKEN' },
  offline: { on: false, set_by: null },
}
let token: TokenState = { kept: false, problem: null }
const Section = defineComponent(() => () => h(TooltipProvider, () => h(HubSection)))

beforeAll(() => connect())

async function section(change: Partial<Hub> = {}): Promise<VueWrapper> {
  answerWith({
    'app.hub': () => ({ ...hub, ...change }),
    'app.reveal': () => ({}),
    'app.token': () => token,
    'app.keepToken': (input) => (token = { ...token, kept: input.token !== null }),
  })
  const wrapper = mount(Section)
  await settled()
  return wrapper
}

/** Value and origin of a row. */
function row(wrapper: VueWrapper, label: string): string[] | undefined {
  const found = wrapper.findAll('.row').find((each) => each.find('dt').text() === label)
  return found?.findAll('.value, .origin').map((line) => line.text())
}

it('gives each value with the variable that sets it, or would', async () => {
  const wrapper = await section()
  expect(row(wrapper, 'Hub cache')).toEqual([
    '/home/p/hub',
    'default; HF_HUB_CACHE or HF_HOME would change it',
  ])
  expect(wrapper.find('.free').text()).toBe('3.00 GiB free')
  expect(row(wrapper, 'Endpoint')).toEqual(['mirror:8080', 'set by HF_ENDPOINT'])
  expect(row(wrapper, 'Token')).toEqual(['used', 'set by HF_TOKEN'])
  expect(row(wrapper, 'Offline')).toEqual(['no', 'default; HF_HUB_OFFLINE would change it'])
  expect(wrapper.text()).toContain('Read only')
})

it.each<[string, Hub['token'], string[]]>([
  [
    'from its file',
    { used: true, file: '/h/token', set_by: null },
    ['used', 'from the file /h/token; HF_TOKEN would take precedence'],
  ],
  [
    'not in the file that a variable names',
    { used: false, file: '/h/token', set_by: 'HF_TOKEN_PATH' },
    ['none', 'HF_TOKEN is not set, and no token is in /h/token (set by HF_TOKEN_PATH)'],
  ],
  [
    'left unread',
    { used: false, file: null, set_by: 'HF_HUB_DISABLE_IMPLICIT_TOKEN' },
    ['none', 'set by HF_HUB_DISABLE_IMPLICIT_TOKEN'],
  ],
])('says of a token %s where it was looked for', async (_, token, said) => {
  expect(row(await section({ token }), 'Token')).toEqual(said)
})

it('says when the endpoint is no address, and when no request may be made', async () => {
  const wrapper = await section({
    endpoint: { host: null, set_by: 'HF_ENDPOINT' },
    offline: { on: true, set_by: 'HF_HUB_OFFLINE' },
  })
  expect(row(wrapper, 'Endpoint')).toEqual(['not an address', 'set by HF_ENDPOINT'])
  expect(row(wrapper, 'Offline')).toEqual(['yes', 'set by HF_HUB_OFFLINE'])
})

it('shows the cache by a button that has a name, once the folder is there', async () => {
  const wrapper = await section()
  await wrapper.get('button[aria-label="Show hub cache"]').trigger('click')
  await settled()
  expect(made.at(-1)).toEqual({ name: 'app.reveal', input: { path: '/home/p/hub' } })
  const missing = await section({ cache: { ...hub.cache, exists: false } })
  expect(missing.find('button[aria-label="Show hub cache"]').exists()).toBe(false)
  expect(row(missing, 'Hub cache')?.[1]).toContain('; not made yet')
})

it('says when it cannot be read', async () => {
  answerWith({
    'app.token': () => token,
    'app.hub': () => {
      throw new CallError({ code: 'x', message: 'no answer' })
    },
  })
  const wrapper = mount(Section)
  await settled()
  expect(wrapper.text()).toContain('no answer')
})

it('keeps a token that is entered, shows nothing of it, and forgets it again', async () => {
  const wrapper = await section()
  const field = wrapper.get<HTMLInputElement>('#hub-token')
  expect(field.attributes('type')).toBe('password')
  await field.setValue('two words')
  expect(wrapper.get('[type="submit"]').attributes('disabled')).toBeDefined()
  await field.setValue(' hf_abc ')
  await wrapper.get('form').trigger('submit')
  await settled()
  expect(made.at(-2)).toEqual({ name: 'app.keepToken', input: { token: 'hf_abc' } })
  expect(field.element.value).toBe('')
  const forget = wrapper.findAll('button').find((each) => each.text() === 'Forget')
  await forget?.trigger('click')
  await settled()
  expect(made.at(-2)).toEqual({ name: 'app.keepToken', input: { token: null } })
})

it('says in place of the field that there is no keyring', async () => {
  token = { kept: false, problem: 'This system has no keyring. Set HF_TOKEN.' }
  const wrapper = await section()
  expect(wrapper.find('#hub-token').exists()).toBe(false)
  expect(wrapper.text()).toContain('no keyring. Set HF_TOKEN.')
})
