/*
 * node responders.mjs DIRECTORY: real servers that speak more than HTTP, all in one process. Each file of the directory
 * is one, by its name PROTOCOL-ADDRESS-PORT, and has what it answers, read anew for each client: `smtp` the code of its
 * greeting, `dns` the code of its answer (0: no error), after two that nobody asked for, `https` a status, `odd` what is not as HTTP wants it (see ODD).
 * What it is asked is appended to DIRECTORY/../requests, one a line.
 */
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { join } from 'node:path'

const directory = process.argv[2]
const wordOf = (name) => readFileSync(join(directory, name), 'utf8').trim()
const answerOf = (name) => Number(wordOf(name))
const note = (name, text) =>
  appendFileSync(join(directory, '../requests'), `${name} ${JSON.stringify(text)}\n`)

/** Code by code, and a word for each line. */
function smtp(name, socket) {
  socket.write(
    wordOf(name).includes('-') ? `${wordOf(name)}first\r\n220 second\r\n` : `${answerOf(name)} ready\r\n`,
  )
  socket.on('data', (data) => {
    note(name, String(data))
    socket.write('250 yes\r\n')
  })
}

function https(name, socket) {
  let request = ''
  socket.on('data', (data) => {
    request += data
    if (!request.endsWith('\r\n\r\n')) return
    note(name, `${socket.servername} ${request}`)
    socket.end(`HTTP/1.0 ${answerOf(name)} Answer\r\nContent-Length: 2\r\n\r\nok`)
  })
}

const OK = 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'
/** What an answer may be, by its word. */
const ODD = {
  'no-reason': (socket) => socket.end('HTTP/1.1 200\r\n\r\nok'),
  'blank-reason': (socket) => socket.end('HTTP/1.1 200 \r\n\r\nok'),
  lf: (socket) => socket.end('HTTP/1.0 200 OK\nContent-Length: 2\n\nok'),
  continue: (socket) => socket.end(`HTTP/1.1 100 Continue\r\n\r\n${OK}`),
  garbage: (socket) => socket.end(Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 256))),
  short: (socket) => socket.end('HTTP/1.0 200 OK\r\nContent-Length: 500\r\n\r\nok'),
  empty: (socket) => socket.end(),
  reset: (socket) => socket.resetAndDestroy(),
  open: (socket) => socket.write(OK),
  split(socket) {
    let at = 0
    const timer = setInterval(() => (at < OK.length ? socket.write(OK[at++]) : socket.end()), 20)
    socket.on('close', () => clearInterval(timer))
  },
  redirect: (socket) => socket.end('HTTP/1.0 302 Found\r\nLocation: /elsewhere\r\n\r\n'),
  chunked: (socket) =>
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'),
}
function odd(name, socket) {
  let request = ''
  socket.on('data', (data) => {
    request += data
    if (request.endsWith('\r\n\r\n')) ODD[wordOf(name)](socket)
  })
}

function dns(name, address, port) {
  const socket = createSocket('udp4')
  socket.on('message', (query, { address: to, port: back }) => {
    // But for its number, which is anyone.
    note(name, query.subarray(2).toString('hex'))
    const answer = Buffer.from(query)
    const other = Buffer.from(query)
    other[0] ^= 0x55
    other[2] |= 0x80
    other[3] = 2
    socket.send(other, back, to)
    socket.send(query.subarray(0, 5), back, to)
    answer[2] |= 0x80
    answer[3] = answerOf(name)
    socket.send(answer, back, to)
  })
  socket.bind(port, address)
}

const [key, certificate] = [join(directory, '../key.pem'), join(directory, '../certificate.pem')]
const made = [
  '-x509',
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:P-256',
  '-nodes',
  '-days',
  '9',
  '-subj',
  '/CN=x',
]
execFileSync('openssl', ['req', ...made, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
const tls = { key: readFileSync(key), cert: readFileSync(certificate) }

for (const name of readdirSync(directory)) {
  const [protocol, address, port] = name.split('-')
  const quiet = (speak) => (socket) =>
    speak(
      name,
      socket.on('error', () => socket.destroy()),
    )
  if (protocol === 'smtp') createServer(quiet(smtp)).listen(Number(port), address)
  if (protocol === 'odd') createServer({ allowHalfOpen: true }, quiet(odd)).listen(Number(port), address)
  if (protocol === 'https') createTlsServer(tls, quiet(https)).listen(Number(port), address)
  if (protocol === 'dns') dns(name, address, Number(port))
}
writeFileSync(join(directory, 'up'), '')
