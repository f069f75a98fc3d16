import type { ColumnMatch } from '../load-plan'
import type { TableColumn, TableShape } from '../model'
import { didYouMean } from '../route/did-you-mean'
import { foldIdentifier, MAX_IDENTIFIER_BYTES } from '../route/identifier'
import type { NamesFound } from './names'
import { spelled, spelledOut } from './spelled-out'

/** What comes of a file's names and a table's columns. */
export type Fit =
  | {
      readonly kind: 'fits'
      /** A column for each name, in the file's order and the table's spelling. */
      readonly columns: readonly string[]
      /**
       * Columns of the table that the file may yet name where nobody looked, in the table's order: nullable and without a default, so
       * that a new row is the same whether COPY is told them or not. Not told, what later records say of them is lost.
       */
      readonly unseen: readonly string[]
    }
  | { readonly kind: 'misfit'; readonly code: 'COLUMNS_DO_NOT_FIT'; readonly reason: string }

export interface Besides {
  /** Columns of the file that the load knows and the table need not have, such as one that marks deleted rows. */
  readonly extra?: readonly string[]
  /** Columns of the table that the load itself fills, such as one that tells the batch: no file need name them, and none may. */
  readonly filled?: readonly string[]
  /** Values of IDENTITY columns come from the file, and have to. @default the warehouse numbers the rows */
  readonly explicitIds?: boolean
}

/** Matches a file's names to a table's columns in any case, or spells out for a person where they differ. */
export function fitColumns(
  file: Pick<NamesFound, 'names' | 'complete'>,
  table: TableShape,
  how: ColumnMatch,
  { extra = [], filled = [], explicitIds = false }: Besides = {},
): Fit {
  const find = finder(table)
  const extras = new Map(extra.map((name) => [foldIdentifier(name), name]))
  const ours = new Set(filled.map(foldIdentifier))
  const isOurs = ({ name }: TableColumn) => ours.has(foldIdentifier(name))

  const named = new Set(file.names.flatMap((name) => find(name) ?? []))
  const theirs = [...named].filter((column) => !isOurs(column))
  const lacking = table.columns.filter((column) => !named.has(column) && !isOurs(column))
  const unknown = file.names.filter((name) => find(name) === undefined && !extras.has(foldIdentifier(name)))
  const guesses = [...namesOf(lacking), ...extra]

  const reasons = [
    told(
      unknown.map((name) => ({ name })),
      (list) => `the table has no ${list}`,
      (name) => `${spelled(name)}${guess(name, guesses)}`,
    ),
    told(lacking.filter(IS_MISSED[how]), (list) => `the file has no ${list} (${WHY_MISSED[how]})`),
    told([...named].filter(isOurs), (list) => `the load itself fills ${list}, so the file cannot`),
    explicitIds
      ? told(lacking.filter(isNumbered), (list) => `the file has no ${list} (IDENTITY, and explicitIds is set)`)
      : told(
          theirs.filter(isNumbered),
          (list) => `the warehouse numbers ${list} (IDENTITY, and explicitIds is not set)`,
        ),
  ].flat()
  if (reasons.length > 0) {
    const reason = `its columns do not fit the table: ${reasons.join('; ')}`
    return { kind: 'misfit', code: 'COLUMNS_DO_NOT_FIT', reason }
  }
  return {
    kind: 'fits',
    columns: file.names.map((name) => find(name)?.name ?? extras.get(foldIdentifier(name)) ?? name),
    unseen: file.complete ? [] : namesOf(lacking.filter(({ otherwise }) => otherwise === 'null')),
  }
}

const IS_MISSED: Readonly<Record<ColumnMatch, (column: TableColumn) => boolean>> = {
  'by-name': ({ nullable, otherwise }) => !nullable && otherwise === 'null',
  'exactly-by-name': ({ otherwise }) => otherwise !== 'identity' && otherwise !== 'default-identity',
}

const WHY_MISSED: Readonly<Record<ColumnMatch, string>> = {
  'by-name': 'NOT NULL without a default',
  'exactly-by-name': "columns: 'exactly-by-name' wants all",
}

/** EXPLICIT_IDS goes with the columns in the list: COPY wants either both or neither. docs: copy-parameters-column-mapping. */
function isNumbered({ otherwise }: TableColumn): boolean {
  return otherwise === 'identity'
}

function told(
  columns: readonly { readonly name: string }[],
  tell: (list: string) => string,
  tellName?: (name: string) => string,
): readonly string[] {
  return columns.length === 0 ? [] : [tell(spelledOut(namesOf(columns), tellName))]
}

/** Where a table has names that differ in case alone, the very name is meant. */
function finder({ columns }: TableShape): (name: string) => TableColumn | undefined {
  const folded = new Map<string, TableColumn[]>()
  for (const column of columns) {
    const name = foldIdentifier(column.name)
    folded.set(name, [...(folded.get(name) ?? []), column])
  }
  return (name) => {
    const alike = folded.get(foldIdentifier(name)) ?? []
    return alike.length === 1 ? alike[0] : alike.find((column) => column.name === name)
  }
}

function guess(name: string, guesses: readonly string[]): string {
  return name.length > MAX_IDENTIFIER_BYTES ? '' : didYouMean(name, guesses)
}

function namesOf(columns: readonly { readonly name: string }[]): readonly string[] {
  return columns.map(({ name }) => name)
}
