#!/usr/bin/env node
/**
 * A stand-in for ssh, for machines without an sshd: it knows the two calls that Midbench makes, and makes them on this
 * very computer. With `-L HERE:THERE` it forwards a socket until its stdin ends; otherwise it runs the command, with the
 * folder STAND_IN_HOME for Midbench's data.
 */
import { spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'

const args = process.argv.slice(2)
const forward = args[args.indexOf('-L') + 1]
if (args.includes('-L')) {
  const [here, there] = forward.split(':')
  const pipe = (a, b) => a.pipe(b).on('error', () => a.destroy())
  createServer((socket) => {
    const far = connect(there)
    pipe(socket, far)
    pipe(far, socket)
    far.on('close', () => socket.destroy())
  }).listen(here)
  process.stdin.resume().on('end', () => process.exit(0))
} else {
  const env = { ...process.env, MIDBENCH_HOME: process.env.STAND_IN_HOME }
  const child = spawn('sh', ['-c', args.at(-1)], { stdio: 'inherit', env })
  child.on('close', (code) => process.exit(code ?? 1))
}
