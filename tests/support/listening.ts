/** What a process listens on, as the kernel's table of sockets says. Linux only. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const LISTENS = '0A'

interface Listening {
  /** As the table has it: `0100007F` or 32 digits. */
  address: string
  port: number
}

/** Listening TCP sockets of a process. */
export function listeningOf(pid: number): Listening[] {
  const inodes = new Set(
    readdirSync(`/proc/${String(pid)}/fd`).flatMap((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${String(pid)}/fd/${fd}`))?.[1]
      return inode ?? []
    }),
  )
  return ['tcp', 'tcp6'].flatMap((table) => {
    const lines = readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1)
    return lines.flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
      const [address = '', port = ''] = local.split(':')
      return state === LISTENS && inodes.has(inode) ? [{ address, port: parseInt(port, 16) }] : []
    })
  })
}

/** Whether an address of the kernel's table is one of this machine alone: 127.0.0.0/8, in IPv6 too, or ::1. */
export function isLoopback(address: string): boolean {
  return (
    /^[0-9A-F]{6}7F$/.test(address) ||
    /^0{16}0{0,4}F{4}0{0,4}[0-9A-F]{6}7F$/.test(address) ||
    address === `${'0'.repeat(24)}01000000`
  )
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return '' // closed meanwhile
  }
}
