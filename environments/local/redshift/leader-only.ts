import { RedshiftError } from './errors'
import { type FromItem, readFrom } from './from-clause'
import { areWords, isSymbol, isWord, type Token } from './sql-tokens'

/**
 * Refuses functions that only the leader node has where the compute nodes have to work, i.e. together with a user's table.
 *
 * Source: the Redshift guide's c_sql-functions-leader-node and the notes on the functions' own pages. The guide's own
 * examples compare `pg_last_copy_id()` with columns of system tables, so those pass.
 *
 * @throws RedshiftError 0A000
 */
export function refuseLeaderOnly(tokens: readonly Token[]): void {
  const uses = tokens.some(
    (token, at) => token.kind === 'word' && LEADER_ONLY.has(token.value) && isSymbol(tokens[at + 1], '('),
  )
  if (!uses || !(writesTable(tokens) || readsTable(tokens))) return
  throw new RedshiftError(
    '0A000',
    'Specified types or functions (one per INFO message) not supported on Redshift tables.',
  )
}

const LEADER_ONLY = new Set([
  'current_schema',
  'current_schemas',
  'has_database_privilege',
  'has_schema_privilege',
  'has_table_privilege',
  'pg_backend_pid',
  'pg_last_copy_count',
  'pg_last_copy_id',
  'pg_last_query_id',
  'pg_last_unload_count',
  'pg_last_unload_id',
])

function writesTable(tokens: readonly Token[]): boolean {
  if (isWord(tokens[0], 'insert', 'update', 'delete', 'merge')) return true
  const table = tokens.findIndex((token) => isWord(token, 'table'))
  return (
    isWord(tokens[0], 'create') &&
    table > 0 &&
    table < 4 &&
    tokens.some((_, at) => areWords(tokens, at, 'as', 'select'))
  )
}

function readsTable(tokens: readonly Token[]): boolean {
  const named = new Set(
    tokens.flatMap(({ value }, at) => (isWord(tokens[at + 1], 'as') && isSymbol(tokens[at + 2], '(') ? [value] : [])),
  )
  return tokens.some((token, at) => {
    if (!isWord(token, 'from') || isWord(tokens[at - 1], 'distinct') || isArgument(tokens, at)) return false
    return readFrom(tokens, at + 1).items.some((item) => isUsers(item, named))
  })
}

const SYSTEM = /^(pg|stl|stv|sys|svv|svl|svcs)_/

function isUsers({ kind, schema, name = '' }: FromItem, named: ReadonlySet<string>): boolean {
  if (kind !== 'table' || schema === 'pg_catalog' || schema === 'information_schema') return false
  return !SYSTEM.test(name) && !(schema === undefined && named.has(name))
}

/** EXTRACT(day FROM …) and its like. */
function isArgument(tokens: readonly Token[], from: number): boolean {
  let depth = 0
  for (let at = from - 1; at > 0; at--) {
    if (isSymbol(tokens[at], ')')) depth++
    if (isSymbol(tokens[at], '(') && --depth < 0) {
      return isWord(tokens[at - 1], 'extract', 'substring', 'trim', 'overlay', 'position')
    }
  }
  return false
}
