import crypto from 'node:crypto'
import type { Backend } from './backend'
import { applyEdits, type Edit } from './edits'
import { notEmbedded } from './errors'
import { areWords, isWord, quoteLiteral, quoteName, type Statement, type Token } from './sql-tokens'

/** Who may log in. Passwords lie in the database, so ALTER USER changes them, and a rolled-back one does not. */
export interface Users {
  /** `md5` and the hash of password and name, as a client proves it; `undefined` for who is not there or has none. */
  hashOf(user: string): Promise<string | undefined>
  /** Whether somebody of this name may log in at all, with whatever credentials. */
  exists(user: string): Promise<boolean>
  setPassword(user: string, password: string): Promise<void>
}

/** Creates the roles; none of them is a superuser, so that permission errors are real. The superuser gets its password. */
export async function makeUsers(
  system: Pick<Backend, 'run'>,
  openSession: () => Promise<Pick<Backend, 'run' | 'end'>>,
  passwords: Readonly<Record<string, string>>,
  superuser: string,
): Promise<Users> {
  for (const [user, password] of Object.entries(passwords)) {
    if (user !== superuser) await system.run(`CREATE ROLE ${quoteName(user)} LOGIN`)
    await system.run(alterPassword(user, password))
  }
  return {
    async setPassword(user, password) {
      // It waits for whoever has changed the user and not committed, and fails then; no login must wait with it.
      const session = await openSession()
      try {
        await session.run(alterPassword(user, password))
      } finally {
        session.end()
      }
    },
    async exists(user) {
      const sql = `SELECT 1 FROM pg_authid WHERE rolcanlogin AND rolname = ${quoteLiteral(user)}`
      return (await system.run(sql)).rows.length > 0
    },
    async hashOf(user) {
      const valid = '(rolvaliduntil IS NULL OR rolvaliduntil > now())'
      const sql = `SELECT rolpassword FROM pg_authid WHERE rolname = ${quoteLiteral(user)} AND ${valid}`
      return (await system.run(sql)).rows[0]?.[0] ?? undefined
    },
  }
}

function alterPassword(user: string, password: string): string {
  return `ALTER ROLE ${quoteName(user)} PASSWORD ${quoteLiteral(hashed(user, password))}`
}

/** What Redshift and Postgres alike keep of a password [docs: r_CREATE_USER]. */
export function hashed(user: string, password: string): string {
  return `md5${crypto.createHash('md5').update(password).update(user).digest('hex')}`
}

/**
 * CREATE USER and ALTER USER for Postgres: CREATEUSER makes a superuser, PASSWORD DISABLE takes the password away, and
 * what has no meaning here (session timeouts, identity centers) goes [docs: r_CREATE_USER, r_ALTER_USER].
 *
 * @throws RedshiftError for what would be silently wrong: a sha256 hash, and a sight of other users' system rows
 */
export function rewriteUser(tokens: readonly Token[]): Edit[] {
  if (!isUserStatement(tokens)) return []
  return tokens.flatMap((first, at) => {
    const option = at > 2 ? optionAt(tokens, at) : undefined
    const last = option && tokens[Math.min(at + option.words, tokens.length) - 1]
    return option && last ? [{ start: first.start, end: last.end, text: option.text }] : []
  })
}

function optionAt(tokens: readonly Token[], at: number): { readonly words: number; readonly text: string } | undefined {
  const are = (...words: readonly string[]) => areWords(tokens, at, ...words)
  if (are('createuser')) return { words: 1, text: 'SUPERUSER' }
  if (are('nocreateuser')) return { words: 1, text: 'NOSUPERUSER' }
  if (are('password', 'disable')) return { words: 2, text: 'PASSWORD NULL' }
  if (are('password') && /^sha256\|/.test(passwordAt(tokens, at + 1)?.value ?? '')) {
    throw notEmbedded('keep passwords as sha256: node-postgres could not prove them')
  }
  if (are('syslog', 'access', 'unrestricted')) throw notEmbedded('grant SYSLOG ACCESS UNRESTRICTED')
  if (are('syslog', 'access')) return { words: 3, text: '' }
  if (are('connection', 'limit', 'unlimited')) return { words: 3, text: 'CONNECTION LIMIT -1' }
  if (are('reset', 'session', 'timeout') || are('session', 'timeout')) return { words: 3, text: '' }
  if (are('externalid')) return { words: 2, text: '' }
  return undefined
}

/** A statement as it may be remembered: with its password replaced by `***`. */
export function withoutPassword({ sql, tokens }: Statement): string {
  if (!isUserStatement(tokens)) return sql
  const passwords = tokens.flatMap((token, at) => (isWord(token, 'password') ? (passwordAt(tokens, at + 1) ?? []) : []))
  return applyEdits(
    sql,
    passwords.map(({ start, end }) => ({ start, end, text: "'***'" })),
  )
}

function isUserStatement(tokens: readonly Token[]): boolean {
  return isWord(tokens[0], 'create', 'alter') && isWord(tokens[1], 'user')
}

function passwordAt(tokens: readonly Token[], at: number): Token | undefined {
  const token = tokens[at]
  return token?.kind === 'literal' ? token : undefined
}
