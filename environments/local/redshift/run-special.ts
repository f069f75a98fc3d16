import type { Backend } from './backend'
import { notEmbedded, RedshiftError, syntaxError } from './errors'
import { isSymbol, isWord, quoteLiteral, quoteName, type Statement, type Token } from './sql-tokens'

/** What a statement that the fake runs itself tells its client. */
export interface SpecialResult {
  readonly tag: string
  /** Texts of INFO notices. */
  readonly notices: readonly string[]
}

/** Runs a statement that means something else in Redshift than in Postgres, or nothing at all there. */
export async function runSpecial(
  backend: Backend,
  statement: Statement,
  kind: 'unload' | 'truncate' | 'vacuum' | 'append' | 'cancel',
): Promise<SpecialResult> {
  switch (kind) {
    case 'unload':
      throw notEmbedded('UNLOAD yet')
    case 'truncate':
      return truncate(backend, statement)
    case 'vacuum':
      return vacuum(backend, statement)
    case 'append':
      return append(backend, statement)
    case 'cancel':
      return cancel(backend, statement)
  }
}

/** TRUNCATE commits the transaction that it runs in [docs: r_TRUNCATE]. */
async function truncate(backend: Backend, { sql }: Statement): Promise<SpecialResult> {
  await backend.run(sql)
  if (backend.status() === 'T') await backend.run('COMMIT')
  return { tag: 'TRUNCATE TABLE', notices: [] }
}

/** CANCEL process_id [ 'message' ]: ends what a session runs, and leaves the session [docs: r_CANCEL]. */
async function cancel(backend: Backend, { tokens }: Statement): Promise<SpecialResult> {
  const [, pid, text, more] = tokens
  if (pid?.kind !== 'number' || !/^\d+$/.test(pid.value)) throw syntaxError(pid?.value ?? '')
  if (text !== undefined && text.kind !== 'literal') throw syntaxError(text.value)
  if (more !== undefined) throw syntaxError(more.value)
  await backend.run(`SELECT pg_cancel_backend(${pid.value})`)
  return { tag: 'CANCEL', notices: [] }
}

/** Nothing needs to be vacuumed here, but a table that is not there must be said to be missing. */
async function vacuum(backend: Backend, { tokens }: Statement): Promise<SpecialResult> {
  const skipped = ['vacuum', 'analyze', 'compression', 'full', 'sort', 'delete', 'only', 'reindex', 'recluster']
  const at = tokens.findIndex((token) => !isWord(token, ...skipped))
  const table = at < 0 || isWord(tokens[at], 'to', 'boost') ? undefined : readTableName(tokens, at)
  if (table !== undefined) await backend.run(`SELECT ${quoteLiteral(table.sql)}::regclass`)
  return { tag: isWord(tokens[0], 'vacuum') ? 'VACUUM' : 'ANALYZE COMPRESSION', notices: [] }
}

/** Moves the rows of one table to another, in a transaction of its own [docs: r_ALTER_TABLE_APPEND]. */
async function append(backend: Backend, { tokens }: Statement): Promise<SpecialResult> {
  const target = readTableName(tokens, 2)
  const source = readTableName(tokens, target.next + 2)
  const option = tokens[source.next]
  const [to, from] = [await columnNames(backend, target.sql), await columnNames(backend, source.sql)]
  const extra = from.filter((name) => !to.includes(name))
  const missing = to.filter((name) => !from.includes(name))
  if ((extra.length > 0 && !isWord(option, 'ignoreextra')) || (missing.length > 0 && !isWord(option, 'filltarget'))) {
    throw new RedshiftError('XX000', 'Columns in source and target tables do not match')
  }
  const shared = from
    .filter((name) => to.includes(name))
    .map(quoteName)
    .join(', ')
  await backend.run('BEGIN')
  try {
    await backend.run(`INSERT INTO ${target.sql} (${shared}) SELECT ${shared} FROM ${source.sql}`)
    await backend.run(`TRUNCATE ${source.sql}`)
    await backend.run('COMMIT')
  } catch (error) {
    await backend.run('ROLLBACK')
    throw error
  }
  return { tag: 'ALTER TABLE APPEND', notices: [] }
}

async function columnNames(backend: Backend, table: string): Promise<string[]> {
  const { rows } = await backend.run(
    `SELECT attname FROM pg_attribute WHERE attrelid = ${quoteLiteral(table)}::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
  )
  return rows.map(([name]) => name ?? '')
}

/** Reads `table` or `schema.table`, quoted or not, from the tokens at `at`. */
export function readTableName(
  tokens: readonly Token[],
  at: number,
): { readonly schema?: string; readonly name: string; readonly sql: string; readonly next: number } {
  const first = readName(tokens[at])
  if (!isSymbol(tokens[at + 1], '.')) return { name: first, sql: quoteName(first), next: at + 1 }
  const second = readName(tokens[at + 2])
  return { schema: first, name: second, sql: `${quoteName(first)}.${quoteName(second)}`, next: at + 3 }
}

/** A bare or quoted identifier; both are folded to lower case, as Redshift does by default [docs: r_names]. */
export function readName(token: Token | undefined): string {
  if (token === undefined) throw syntaxError('')
  if (token.kind === 'word' || token.kind === 'name') return token.value.toLowerCase()
  if (isSymbol(token, '#')) throw sharpName()
  throw syntaxError(token.value)
}

/** A temporary table may be called #name [docs: r_CREATE_TABLE_NEW]; Postgres has an operator of that letter. */
export function sharpName(): RedshiftError {
  return notEmbedded('call a temporary table #name: write CREATE TEMP TABLE name')
}
