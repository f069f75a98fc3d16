import crypto from 'node:crypto'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import { hashed } from './users'
import { int32, message, report } from './wire'

/** What a client wants when it connects. */
export type Arrival =
  | {
      readonly kind: 'session'
      readonly stream: Duplex
      readonly user: string
      readonly parameters: Readonly<Record<string, string>>
    }
  | { readonly kind: 'cancel'; readonly request: Buffer }
  | { readonly kind: 'refused' }

/** Who may come in, and how. */
export interface Doorkeeper {
  readonly secureContext: tls.SecureContext
  /** Whether a login without TLS is let in; Redshift's parameter `require_ssl` is its opposite. */
  readonly allowPlaintext: boolean
  readonly auth: 'md5' | 'cleartext'
  readonly database: string
  /** What is kept of a user's password: `md5` and the hash of password and name. */
  readonly hashOf: (user: string) => Promise<string | undefined>
  /** Temporary passwords that are good now under a login, and the user that it is: over TLS only. @default none */
  readonly temporaryOf?: (login: string) => Promise<readonly { readonly user: string; readonly hash: string }[]>
}

const SSL_REQUEST = 80_877_103
const GSS_REQUEST = 80_877_104
const CANCEL_REQUEST = 80_877_102
const PROTOCOL_3 = 196_608

/** Greets a client: TLS, startup, password. Everything that is refused has been answered when this returns. */
export async function receiveClient(socket: Socket, door: Doorkeeper): Promise<Arrival> {
  let stream: Duplex = socket
  let isEncrypted = false
  for (;;) {
    const length = (await readExactly(stream, 4)).readInt32BE(0)
    if (length < 8 || length > MOST_STARTUP_BYTES) return refuse(stream, '08P01', 'invalid length of startup packet')
    const body = await readExactly(stream, length - 4)
    const code = body.readInt32BE(0)
    if (code === SSL_REQUEST && !isEncrypted) {
      socket.write('S')
      stream = encrypt(socket, door.secureContext)
      isEncrypted = true
    } else if (code === GSS_REQUEST) socket.write('N')
    else if (code === CANCEL_REQUEST) {
      stream.end()
      return { kind: 'cancel', request: Buffer.concat([int32(length), body]) }
    } else if (code === PROTOCOL_3) return logIn(stream, isEncrypted, readParameters(body), door)
    else return refuse(stream, '0A000', `unsupported frontend protocol ${code >> 16}.${code & 0xffff}`)
  }
}

const MOST_STARTUP_BYTES = 10_000

function encrypt(socket: Socket, secureContext: tls.SecureContext): tls.TLSSocket {
  const encrypted = new tls.TLSSocket(socket, { isServer: true, secureContext })
  encrypted.on('error', () => encrypted.destroy())
  return encrypted
}

function readParameters(body: Buffer): Record<string, string> {
  const parts = body.toString('utf8', 4).split('\0')
  const parameters: Record<string, string> = {}
  for (let at = 0; at + 1 < parts.length && parts[at] !== ''; at += 2) parameters[parts[at] ?? ''] = parts[at + 1] ?? ''
  return parameters
}

// What drivers send. Redshift descends from PostgreSQL 8.0, so that newer settings (statement_timeout and the like)
// must not be relied upon here: they are refused, and a client sets them after connecting.
const PARAMETERS = new Set(
  'user database client_encoding application_name fallback_application_name datestyle timezone extra_float_digits options'.split(
    ' ',
  ),
)

async function logIn(
  stream: Duplex,
  isEncrypted: boolean,
  parameters: Record<string, string>,
  door: Doorkeeper,
): Promise<Arrival> {
  const user = parameters['user'] ?? ''
  const database = parameters['database'] ?? user
  if (!isEncrypted && !door.allowPlaintext) {
    const text = `no pg_hba.conf entry for host "127.0.0.1", user "${user}", database "${database}", SSL off`
    return refuse(stream, '28000', text)
  }
  const unknown = Object.keys(parameters).find((name) => !PARAMETERS.has(name.toLowerCase()))
  if (unknown !== undefined) return refuse(stream, '42704', `unrecognized configuration parameter "${unknown}"`)
  const proven = await provesPassword(stream, user, isEncrypted, door)
  if (proven === undefined) {
    return refuse(stream, '28P01', `password authentication failed for user "${user}"`)
  }
  if (database !== door.database) return refuse(stream, '3D000', `database "${database}" does not exist`)
  return { kind: 'session', stream, user: proven, parameters: { ...parameters, user: proven } }
}

/** The user whose password was proven: with temporary credentials that is not the name of the login. */
async function provesPassword(
  stream: Duplex,
  login: string,
  isEncrypted: boolean,
  door: Doorkeeper,
): Promise<string | undefined> {
  const salt = crypto.randomBytes(4)
  stream.write(door.auth === 'md5' ? message('R', int32(5), salt) : message('R', int32(3)))
  const head = await readExactly(stream, 5)
  const length = head.readInt32BE(1)
  if (head[0] !== 'p'.charCodeAt(0) || length < 5 || length > MOST_STARTUP_BYTES) return undefined
  const given = (await readExactly(stream, length - 4)).toString('utf8').replace(/\0$/, '')
  const isProof = (kept: string) =>
    door.auth === 'md5' ? given === `md5${saltedMd5(kept.slice('md5'.length), salt)}` : hashed(login, given) === kept
  const own = await door.hashOf(login)
  if (own !== undefined && isProof(own)) return login
  // Without TLS Redshift says the same as of a wrong password [brianc/node-postgres#1528].
  const temporary = isEncrypted ? ((await door.temporaryOf?.(login)) ?? []) : []
  return temporary.find(({ hash }) => isProof(hash))?.user
}

function saltedMd5(text: string, salt: Buffer): string {
  return crypto.createHash('md5').update(text).update(salt).digest('hex')
}

function refuse(stream: Duplex, sqlState: string, text: string): Arrival {
  stream.end(report({ severity: 'FATAL', sqlState, message: text }))
  return { kind: 'refused' }
}

/** Reads so many bytes and leaves the rest, which may belong to TLS, in the stream. */
function readExactly(stream: Duplex, count: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      const bytes: Buffer | null = stream.read(count)
      if (bytes === null && !stream.readableEnded && !stream.destroyed) return
      stream.off('readable', settle).off('end', settle).off('close', settle)
      if (bytes?.length === count) resolve(bytes)
      else reject(new Error('the client left before it logged in'))
    }
    stream.on('readable', settle).on('end', settle).on('close', settle)
    settle()
  })
}
