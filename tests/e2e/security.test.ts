/** What a page can not do in this shell, each beside what it can. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { ElectronApplication, Page } from 'playwright-core'

import { AppPage } from '../support/app-page'
import { sharedApp } from '../support/launch-app'

const { app } = sharedApp()
let electron: ElectronApplication
let page: Page

beforeAll(async () => {
  electron = app().electron
  page = app().page
  await new AppPage(page).button('Start').waitFor()
})

/** A web address that leads nowhere: nothing must try to go there. */
const ELSEWHERE = 'https://elsewhere.invalid/'

describe('the page', () => {
  it('has a window made for it as safe as windows get', async () => {
    const preferences = await electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map(({ webContents }) => {
        // Not among Electron's published types.
        const told = webContents as typeof webContents & { getLastWebPreferences(): Record<string, unknown> }
        const { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity } =
          told.getLastWebPreferences()
        return { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity }
      }),
    )
    const safe = {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
    }
    expect(preferences).toEqual([safe])
  })

  it('reaches the main process over its port, and nothing of Node or Electron', async () => {
    const names = ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer', '__dirname']
    expect(await page.evaluate(`[${names.map((name) => `typeof ${name}`).join(',')}]`)).toEqual(
      names.map(() => 'undefined'),
    )
    expect(await page.getByTestId('status-step').innerText()).toBe('no run yet')
  })

  it.each([
    ['a web address', ELSEWHERE],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:text/html,<h1>elsewhere</h1>'],
    ['another page of ours', 'app://midbench/other.html'],
    ['another host of our scheme', 'app://elsewhere/index.html'],
  ])('cannot be led away: to %s', async (_, address) => {
    await page.evaluate(`(location.href = ${JSON.stringify(address)}, 0)`)
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 300))')
    expect(page.url()).toBe('app://midbench/index.html')
    expect(await page.getByTestId('status-step').innerText()).toBe('no run yet')
  })

  it('has no file picker of its own', async () => {
    const pickers = ['showOpenFilePicker', 'showSaveFilePicker', 'showDirectoryPicker']
    expect(await page.evaluate(`[${pickers.map((name) => `typeof window.${name}`).join(',')}]`)).toEqual(
      pickers.map(() => 'undefined'),
    )
  })

  it('opens no window', async () => {
    const opened = await page.evaluate(
      `['${ELSEWHERE}', 'about:blank', location.href].map((url) => window.open(url))`,
    )
    expect(opened).toEqual([null, null, null])
    expect(await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })

  it('is granted no permission but to copy text', async () => {
    const state = (name: string): Promise<unknown> =>
      page.evaluate(`navigator.permissions.query({ name: '${name}' }).then((status) => status.state)`)
    expect(
      await Promise.all(['geolocation', 'camera', 'notifications', 'clipboard-read'].map(state)),
    ).toEqual(Array.from({ length: 4 }, () => 'denied'))
    expect(await state('clipboard-write')).toBe('granted')
  })

  it('is led back from a blank page, which loads without asking', async () => {
    const shown = (): Promise<string> =>
      electron.evaluate(async ({ BrowserWindow }) => {
        const script = `[location.href, typeof left, document.querySelector('[data-testid="status-step"]')?.textContent].join(' ')`
        const contents = BrowserWindow.getAllWindows()[0]?.webContents
        return String(await contents?.executeJavaScript(script))
      })
    await page.evaluate(`(globalThis.left = false, setTimeout(() => { location.href = 'about:blank' }), 0)`)
    await expect.poll(shown, { timeout: 20_000 }).toBe('app://midbench/index.html undefined no run yet')
    await page.reload() // Playwright does not notice that it was led back
    await new AppPage(page).button('Start').waitFor()
  })
})

describe('the policy', () => {
  it('is sent with the page, strict, and with every answer of our scheme', async () => {
    const policies = await electron.evaluate(async ({ session }) => {
      const addresses = ['app://midbench/index.html', 'app://midbench/nothing.js']
      const answers = await Promise.all(addresses.map((url) => session.defaultSession.fetch(url)))
      return answers.map((answer) => answer.headers.get('content-security-policy'))
    })
    for (const policy of policies) {
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).not.toContain('unsafe')
    }
  })

  /** Does something in the page, and answers which directives of the policy it broke. */
  async function violations(action: string): Promise<unknown> {
    return page.evaluate(`new Promise((resolve) => {
      const broken = []
      const listen = (event) => broken.push(event.effectiveDirective)
      document.addEventListener('securitypolicyviolation', listen)
      const end = () => setTimeout(() => {
        document.removeEventListener('securitypolicyviolation', listen)
        resolve(broken)
      }, 200)
      Promise.resolve((() => { ${action} })()).then(end, end)
    })`)
  }

  const append = (tag: string, properties: string): string =>
    `const element = Object.assign(document.createElement('${tag}'), ${properties}); document.body.append(element); element.remove()`

  it.each([
    ['a script in the page', append('script', `{ textContent: 'window.reached = true' }`), 'script-src-elem'],
    [
      'a handler in an attribute',
      `document.body.insertAdjacentHTML('beforeend', '<i onclick="reached = 1"></i>'); document.body.lastChild.click()`,
      'script-src-attr',
    ],
    ['a script from elsewhere', append('script', `{ src: '${ELSEWHERE}x.js' }`), 'script-src-elem'],
    ['a picture from elsewhere', `const image = new Image(); image.src = '${ELSEWHERE}x.png'`, 'img-src'],
    ['a connection', `return fetch('${ELSEWHERE}')`, 'connect-src'],
    ['a connection to ourselves', `return fetch('app://midbench/index.html')`, 'connect-src'],
    ['a socket', `new WebSocket('wss://elsewhere.invalid')`, 'connect-src'],
    ['a frame', append('iframe', `{ src: 'app://midbench/index.html' }`), 'frame-src'],
    ['an embedded thing', append('embed', `{ src: '${ELSEWHERE}x.pdf' }`), 'object-src'],
    [
      'a style from elsewhere',
      append('link', `{ rel: 'stylesheet', href: '${ELSEWHERE}x.css' }`),
      'style-src-elem',
    ],
    [
      'a form',
      append('form', `{ action: '${ELSEWHERE}' }`).replace('element.remove()', 'element.submit()'),
      'form-action',
    ],
  ])('refuses %s', async (_, action, directive) => {
    expect(await violations(action)).toContain(directive)
    expect(await page.evaluate('typeof window.reached')).toBe('undefined')
  })

  it('lets the page be: nothing of ours breaks it', async () => {
    expect(await violations('return new Promise((resolve) => setTimeout(resolve, 300))')).toEqual([])
  })
})

describe('our scheme', () => {
  async function status(address: string): Promise<number> {
    return electron.evaluate(
      async ({ session }, url) => (await session.defaultSession.fetch(url)).status,
      address,
    )
  }

  it('serves the page', async () => {
    expect(await status('app://midbench/index.html')).toBe(200)
  })

  it.each([
    ['a file that is not there', 'app://midbench/nothing.js'],
    ['what lies above the page', 'app://midbench/../../package.json'],
    ['what lies above the page, disguised', 'app://midbench/%2e%2e%2f%2e%2e%2fpackage.json'],
    ['the main process', 'app://midbench/..%2fmain%2findex.js'],
    ['a folder', 'app://midbench/assets'],
    ['another host', 'app://elsewhere/index.html'],
    ['a broken address', 'app://midbench/%E0%A4%A'],
  ])('does not serve %s', async (_, address) => {
    expect(await status(address)).toBe(404)
  })
})

describe('the port', () => {
  /**
   * Opens another window with our preload at an address, waits until its preload has asked for a port, and answers how
   * many messages its page got.
   */
  async function messagesAt(address: string): Promise<number> {
    return electron.evaluate(async ({ BrowserWindow, app, ipcMain }, url) => {
      const preload = `${app.getAppPath()}/out/preload/preload.cjs`
      const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } })
      const asked = new Promise((resolve) => ipcMain.once('midbench:connect', resolve))
      const counter = `globalThis.got = 0; addEventListener('message', () => { got++ })`
      window.webContents.once('dom-ready', () => void window.webContents.executeJavaScript(counter))
      await window.loadURL(url)
      await window.webContents.executeJavaScript('globalThis.got ?? (globalThis.got = 0)')
      await asked
      await new Promise((resolve) => setTimeout(resolve, 300))
      const got: unknown = await window.webContents.executeJavaScript('globalThis.got')
      window.destroy()
      return Number(got)
    }, address)
  }

  it('is not given to a foreign page', async () => {
    expect(await messagesAt('data:text/html,<title>foreign</title>')).toBe(0)
  })

  it('is not given to our own page in a foreign window', async () => {
    expect(await messagesAt('app://midbench/index.html')).toBe(0)
  })

  it('is given anew when our page is loaded again, and the page works as before', async () => {
    await page.reload()
    await new AppPage(page).button('Start').waitFor()
    expect(await page.getByTestId('status-step').innerText()).toBe('no run yet')
  })
})
