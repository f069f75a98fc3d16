import type { Newest, StagedColumn, Statement, Temporary } from '../statement'
import { NULL_KEYS } from '../statement'
import { identifier, literal, tableName } from './quote'

/** 1 where a row came with the batch, 0 where it is the table's. */
const LOADED = identifier('penstock_loaded')
/** 1 where a row says that the row of its key is to go. */
const DELETED = identifier('penstock_deleted')
/** The place of its file in the batch. */
export const FILE_NUMBER = 'penstock_file_number'

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>

/** A temporary table for the rows of a batch: Redshift drops it with the session. */
export function createStagingText({ staging, columns }: Of<'create-staging'>): string {
  return [`CREATE TEMP TABLE ${identifier(staging)} (`, columns.map(columnText).join(',\n'), ')'].join('\n')
}

function columnText({ name, type, nullable, otherwise }: StagedColumn): string {
  const value = otherwise === 'now' ? 'GETDATE()' : otherwise && literal(otherwise.text)
  return `  ${identifier(name)} ${type}${value === undefined ? '' : ` DEFAULT ${value}`}${nullable ? '' : ' NOT NULL'}`
}

export function markFileText({ staging, column, url, number }: Of<'mark-file'>): string {
  return [
    `UPDATE ${identifier(staging)}`,
    `SET ${identifier(column)} = ${literal(url)}, ${identifier(FILE_NUMBER)} = ${number}`,
    `WHERE ${identifier(column)} IS NULL`,
  ].join('\n')
}

/**
 * Nothing in Redshift raises an error but a procedure: a text that is no number does, and errors show it. Of a CASE only the branch that
 * is taken counts.
 */
export function refuseNullKeysText({ staging, key }: Of<'refuse-null-keys'>): string {
  return [
    `SELECT CASE WHEN COUNT(*) = 0 THEN 0 ELSE CAST('${NULL_KEYS} ' || CAST(COUNT(*) AS varchar) AS integer) END AS nothing`,
    `FROM ${identifier(staging)}`,
    `WHERE ${key.map((name) => `${identifier(name)} IS NULL`).join(' OR ')}`,
  ].join('\n')
}

/**
 * Of all rows with one key one is left, unless the table's own is it. With a version, the rows of the table take part, and of equals always the same one wins, in
 * whichever order the batches come; without, the table's rows are older than any.
 * docs: r_QUALIFY_clause, r_WF_ROW_NUMBER.
 */
export function chooseNewestText(one: Of<'choose-newest'>): string {
  const own = one.columns.map(identifier)
  const number = one.fileNumber && one.version === undefined ? [identifier(FILE_NUMBER)] : []
  const staged = [...own, ...number, `${flagText(one)} AS ${DELETED}`, `1 AS ${LOADED}`]
  return [
    `CREATE TEMP TABLE ${identifier(one.newest)} AS`,
    `SELECT ${[...own, DELETED, LOADED].join(', ')}`,
    'FROM (',
    `  SELECT ${staged.join(', ')}`,
    `  FROM ${identifier(one.staging)}`,
    ...(one.version === undefined ? [] : tableRows(one)),
    ') AS candidates',
    'QUALIFY ROW_NUMBER() OVER (',
    `  PARTITION BY ${one.key.map(identifier).join(', ')}`,
    `  ORDER BY ${orderOf(one, number).join(', ')}`,
    `) = 1 AND ${LOADED} = 1`,
  ].join('\n')
}

function flagText({ flag }: Newest): string {
  if (flag === undefined) return '0'
  return `CASE WHEN ${identifier(flag.column)} IN (${flag.values.map(literal).join(', ')}) THEN 1 ELSE 0 END`
}

function tableRows({ table, staging, columns, key }: Newest): readonly string[] {
  const keys = key.map(identifier)
  return [
    '  UNION ALL',
    `  SELECT ${[...columns.map((name) => `there.${identifier(name)}`), '0', '0'].join(', ')}`,
    `  FROM ${tableName(table)} AS there`,
    `  INNER JOIN (SELECT DISTINCT ${keys.join(', ')} FROM ${identifier(staging)}) AS keys`,
    `  ON ${keys.map((name) => `there.${name} = keys.${name}`).join(' AND ')}`,
  ]
}

function orderOf({ version, ties }: Newest, number: readonly string[]): readonly string[] {
  const last = (expression: string) => `${expression} DESC NULLS LAST`
  return [
    ...(version === undefined ? [] : [last(identifier(version))]),
    ...number.map((one) => `${one} DESC`),
    `${DELETED} DESC`,
    ...ties.map(({ column, isSuper }) => last(isSuper ? `JSON_SERIALIZE(${identifier(column)})` : identifier(column))),
    // A row that is there as it comes again is left alone.
    LOADED,
  ]
}

/** docs: r_DELETE. */
export function deleteFlaggedText({ table, newest, key }: Of<'delete-flagged'>): string {
  return [
    `DELETE FROM ${tableName(table)}`,
    `USING ${identifier(newest)}`,
    `WHERE ${sameKey(table.table, newest, key)} AND ${identifier(newest)}.${DELETED} = 1`,
  ].join('\n')
}

export function dropFlaggedText({ newest }: Of<'drop-flagged'>): string {
  return `DELETE FROM ${identifier(newest)} WHERE ${DELETED} = 1`
}

/** Columns that the files do not bring stay as they are. docs: r_MERGE. */
export function mergeText({ table, newest, key, columns }: Of<'merge'>): string {
  const others = columns.filter((name) => !key.includes(name))
  const from = (name: string) => `${identifier(newest)}.${identifier(name)}`
  // Where all is key there is nothing to change, and Redshift wants a change.
  const changed = others.length > 0 ? others : key.slice(0, 1)
  return [
    `MERGE INTO ${tableName(table)}`,
    `USING ${identifier(newest)}`,
    `ON ${sameKey(table.table, newest, key)}`,
    `WHEN MATCHED THEN UPDATE SET ${changed.map((name) => `${identifier(name)} = ${from(name)}`).join(', ')}`,
    `WHEN NOT MATCHED THEN INSERT (${columns.map(identifier).join(', ')}) VALUES (${columns.map(from).join(', ')})`,
  ].join('\n')
}

export function insertStagedText({ table, staging, columns }: Of<'insert-staged'>): string {
  const names = columns.map(identifier).join(', ')
  return [`INSERT INTO ${tableName(table)} (${names})`, `SELECT ${names}`, `FROM ${identifier(staging)}`].join('\n')
}

/** What the batch tells of itself is there by default. */
export function moveReadText({ read, staging, columns, file }: Of<'move-read'>): string {
  const names = columns.map(identifier)
  const into = file === undefined ? names : [...names, identifier(file.column), identifier(FILE_NUMBER)]
  const from = file === undefined ? names : [...names, literal(file.url), String(file.number)]
  return [
    `INSERT INTO ${identifier(staging)} (${into.join(', ')})`,
    `SELECT ${from.join(', ')}`,
    `FROM ${identifier(read)}`,
  ].join('\n')
}

function sameKey(table: string, newest: Temporary, key: readonly string[]): string {
  return key
    .map(identifier)
    .map((name) => `${identifier(table)}.${name} = ${identifier(newest)}.${name}`)
    .join(' AND ')
}
