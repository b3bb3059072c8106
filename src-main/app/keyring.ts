/**
 * The system's keyring through Electron's safeStorage: Keychain, the Windows credential store, GNOME Keyring or KWallet.
 * Without one of those, Electron on Linux would seal with a password that everybody knows, which is no better than plain
 * text: that is not used.
 */
/* eslint-disable @typescript-eslint/no-deprecated -- Electron 33, which machines without a network have, lacks the others */
import { safeStorage } from 'electron'

import type { Keyring } from '../services/hub-token'

/** To be asked once the app is ready. */
export const keyring: Keyring = {
  lacks: () => {
    const isKnownPassword =
      process.platform === 'linux' &&
      ['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend())
    if (!isKnownPassword && safeStorage.isEncryptionAvailable()) return null
    return 'This system has no keyring (such as GNOME Keyring or KWallet) that could keep a token, and it is never kept in plain text.'
  },
  seal: (text) => safeStorage.encryptString(text),
  open: (sealed) => safeStorage.decryptString(sealed),
}
