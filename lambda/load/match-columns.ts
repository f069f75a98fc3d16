import { isInOrder } from '../batch/what-goes-in'
import { fitColumns } from '../columns/fit-columns'
import { namesInFile } from '../columns/names-in-file'
import { codeOf } from '../errors'
import type { LoadPlan } from '../load-plan'
import { type Arrival, type FileError, type TableShape, urlOf } from '../model'
import type { Turn } from './turn'

/** What the names in the files of a batch say of it. */
export interface Matched {
  /** Files whose columns are the same, the oldest first, and how they are loaded. The others wait for a batch of their own. */
  readonly take: readonly Arrival[]
  readonly plan: LoadPlan
  /** Files that do not fit the table. */
  readonly misfits: readonly { readonly arrival: Arrival; readonly error: FileError }[]
  /** Files that are not as they were announced. */
  readonly changed: readonly Arrival[]
}

/** So many requests at once. */
const AT_ONCE = 16

interface Fitting {
  readonly arrival: Arrival
  readonly columns: readonly string[]
}

/** Those with the columns of the first; where none may overtake another, up to the first that has others. */
function alike(fitting: readonly Fitting[], inOrder: boolean): readonly Arrival[] {
  const isOther = ({ columns }: Fitting) => columns.join('\0') !== fitting[0]?.columns.join('\0')
  const end = inOrder ? fitting.findIndex(isOther) : -1
  const some = end < 0 ? fitting : fitting.slice(0, end)
  return some.filter((one) => !isOther(one)).map(({ arrival }) => arrival)
}

type Look =
  | { readonly kind: 'fits'; readonly columns: readonly string[] }
  | { readonly kind: 'misfit'; readonly error: FileError }
  | { readonly kind: 'changed' }

/** Reads the names in each file, and finds the columns of the table that they mean. */
export async function matchColumns(
  turn: Turn,
  arrivals: readonly Arrival[],
  plan: LoadPlan,
  table: TableShape,
): Promise<Matched> {
  const looked: (readonly [Arrival, Look])[] = []
  for (let from = 0; from < arrivals.length; from += AT_ONCE) {
    const some = arrivals.slice(from, from + AT_ONCE)
    const looks = await Promise.all(some.map((arrival) => lookAt(turn, arrival, plan, table)))
    looked.push(...some.map((arrival, index) => [arrival, looks[index] ?? { kind: 'changed' }] as const))
  }
  const fitting = looked.flatMap(([arrival, look]) =>
    look.kind === 'fits' ? [{ arrival, columns: look.columns }] : [],
  )
  const columns = fitting[0]?.columns ?? []
  return {
    take: alike(fitting, isInOrder(plan)),
    plan: { ...plan, columns, ...(plan.format === 'json' ? { paths: 'auto ignorecase' } : {}) } as LoadPlan,
    misfits: looked.flatMap(([arrival, look]) => (look.kind === 'misfit' ? [{ arrival, error: look.error }] : [])),
    changed: looked.flatMap(([arrival, look]) => (look.kind === 'changed' ? [arrival] : [])),
  }
}

async function lookAt({ ports }: Turn, { object }: Arrival, plan: LoadPlan, table: TableShape): Promise<Look> {
  try {
    const names = await namesInFile(ports, object, plan)
    if (names.kind === 'unreadable') return { kind: 'misfit', error: { code: names.code, reason: names.reason } }
    const { extra, needed } = askedBy(plan, table)
    const fit = fitColumns(names, table, plan.match ?? 'by-name', {
      extra,
      filled: Object.values(plan.lineage ?? {}),
      ...(plan.explicitIds === undefined ? {} : { explicitIds: plan.explicitIds }),
    })
    if (fit.kind === 'misfit') return { kind: 'misfit', error: { code: fit.code, reason: fit.reason } }
    if (plan.format === 'json' && typeof plan.mode === 'object' && !names.complete)
      return { kind: 'misfit', error: TOO_LARGE }
    const lacking = needed.filter((name) => !isAmong(fit.columns, name))
    if (lacking.length > 0) return { kind: 'misfit', error: lacksKey(urlOf(object), lacking) }
    // Later records may name what the first do not; where rows are merged, that would empty it in those that are there.
    if (typeof plan.mode !== 'object') return { kind: 'fits', columns: [...fit.columns, ...fit.unseen] }
    // A record that says nothing of the flag is none to delete.
    const flag = plan.format === 'json' ? extra.filter((name) => !isAmong(fit.columns, name)) : []
    return { kind: 'fits', columns: [...fit.columns, ...flag] }
  } catch (error) {
    const code = codeOf(error)
    if (code === 'OBJECT_GONE' || code === 'OBJECT_CHANGED') return { kind: 'changed' }
    if (code === 'InvalidObjectState') {
      const reason = `${urlOf(object)} is archived: restore it, and write it again`
      return { kind: 'misfit', error: { code, reason } }
    }
    throw error
  }
}

/** Columns that a merge asks of the files besides those of the table, and those without which there is nothing to merge by. */
function askedBy(
  { mode, format }: LoadPlan,
  table: TableShape,
): { readonly extra: string[]; readonly needed: string[] } {
  if (typeof mode !== 'object') return { extra: [], needed: [] }
  const { key = table.primaryKey, version, delete: flag } = mode.merge
  const extra = flag === undefined ? [] : [flag.column]
  const always = format === 'json' ? [] : extra
  return { extra, needed: [...key, ...(version === undefined ? [] : [version]), ...always] }
}

/** Later records may name what the first do not: a merge would lose it, or empty what is there. */
const TOO_LARGE: FileError = {
  code: 'COLUMNS_NOT_TOLD',
  reason:
    'of a JSON file the first 4 MB are read for names, and what later records name would be lost in a merge: list the columns, or write smaller files',
}

function isAmong(names: readonly string[], name: string): boolean {
  return names.some((one) => one.toLowerCase() === name.toLowerCase())
}

function lacksKey(url: string, lacking: readonly string[]): FileError {
  const names = lacking.map((name) => `"${name}"`).join(', ')
  return { code: 'COLUMNS_DO_NOT_FIT', reason: `${url} lacks ${names}, by which its rows are merged` }
}
