import type { LoadPlan } from '../load-plan'
import type { Begun, Fault } from '../ports'
import type { Described, Part } from './data-api'
import { faultAt } from './fault-at'
import { faultOf } from './fault-of'
import type { Ways } from './over-data-api'
import { StatementFailed } from './over-data-api-run'
import { fileErrorsOf, type LoadErrorRow } from './redshift/load-errors'
import { NULL_KEYS, type Statement } from './statement'

/** Why a transaction that was handed over did not come to its end. Nothing of it is in the warehouse. */
export async function endOf(ways: Ways, begun: Begun, told: Described): Promise<Fault> {
  const { warehouse, forget } = ways
  const { parts } = told
  const statements = toldIn(told)
  if (told.status === 'ABORTED') return { ...abortedFault(ways, told), statements }
  // What was there when the process began may be gone: the next to come looks again.
  forget()
  const index = parts.findIndex(({ status }) => status === 'FAILED')
  const part = parts[index]
  if (part === undefined) return { ...outsideFault(ways, told), statements }
  const error = failureOf(part.error ?? told.error)
  const fault = { ...faultAt(statementAt(index, parts, begun.plan), faultOf(error, warehouse, begun)), statements }
  const { queryId } = part
  const isOfFiles = fault.kind === 'data' && fault.fileErrors.length === 0 && /^COPY\s/.test(part.text)
  return isOfFiles && queryId !== undefined ? withLoadErrors(ways, begun, queryId, fault) : fault
}

export function toldIn({ parts }: Described): readonly string[] {
  return parts.map(({ text }) => text).filter((text) => WORTH_TELLING.test(text))
}

/** What a person is shown of a load: how the rows came in, and where they went. */
const WORTH_TELLING = /^(COPY|MERGE INTO|DELETE FROM|INSERT INTO)\s(?!penstock\.receipts)/

/** Statements end after a day of running, without anybody's doing. */
const LONGEST_RUN_MS = 23.9 * 3_600_000

/** Nobody has looked at the data: it is tried again. */
export function abortedFault({ warehouse }: Pick<Ways, 'warehouse'>, { durationMs, error }: Described): Fault {
  const isTooLong = durationMs >= LONGEST_RUN_MS
  const why = isTooLong ? 'ran for a day, which is the longest that the Data API takes' : 'was cancelled'
  const message = `warehouse ${warehouse.name} (${warehouse.host}): the statement ${why}${error === undefined ? '' : `: ${error}`}`
  return { kind: isTooLong ? 'too-long' : 'passing', code: 'STATEMENT_ABORTED', message, fileErrors: [] }
}

/** A batch may say of a statement which it was, before what the warehouse says. */
const WHICH = /^Query #?\d+ failed with:?\s*/i

export function failureOf(text = 'the Data API does not say why'): StatementFailed {
  return new StatementFailed(text.replace(WHICH, ''))
}

/** Whether the warehouse has answered, and not the service in its place, which tells what it has lost in words of its own. */
export function isWarehousesWord(text: string | undefined): boolean {
  return text !== undefined && /^(ERROR|FATAL):/.test(text.replace(WHICH, ''))
}

/** No statement has failed: it was the login before the first, or COMMIT after the last. */
function outsideFault({ warehouse }: Ways, { error, parts }: Described): Fault {
  const fault = faultOf(failureOf(error), warehouse)
  const isLogin = parts.every(({ status }) => status !== 'FINISHED')
  if (fault.kind !== 'set-up') return fault
  return isLogin ? { ...fault, message: `${fault.message}; ${warehouse.ifRefused}` } : fault
}

/** What a statement of the transaction was for: those of the settings stand around the load's own, the count and the receipt come last. */
function statementAt(index: number, parts: readonly Part[], plan: LoadPlan | undefined): Statement {
  const text = parts[index]?.text ?? ''
  const before = plan?.before?.length ?? 0
  const after = plan?.after?.length ?? 0
  const firstAfter = parts.length - 1 - after
  if (index < before) return { kind: 'given', text, from: `before[${index}]` }
  if (index >= firstAfter && index < parts.length - 1) {
    return { kind: 'given', text, from: `after[${index - firstAfter}]` }
  }
  if (text.includes(`'${NULL_KEYS} '`)) return { kind: 'refuse-null-keys', staging: '', key: keyIn(text) }
  return { kind: 'commit' }
}

/** The columns that the statement asks for. */
function keyIn(text: string): readonly string[] {
  return [...text.matchAll(/"((?:[^"]|"")*)" IS NULL/g)].map(([, name = '']) => name.replaceAll('""', '"'))
}

/** The view is filled a moment after the COPY has ended. */
const DELAYS_MS = [0, 1_000]

/** The refusal was told, so only details are missing if they cannot be read. */
async function withLoadErrors({ run, sleep }: Ways, { urls }: Begun, queryId: number, fault: Fault): Promise<Fault> {
  try {
    for (const delay of DELAYS_MS) {
      if (delay > 0) await sleep(delay)
      const { rows } = await run({ kind: 'read-load-errors', files: Math.max(1, urls.length), queryId })
      if (rows.length > 0)
        return { ...fault, fileErrors: fileErrorsOf(rows as unknown as readonly LoadErrorRow[], urls) }
    }
    return fault
  } catch (cause) {
    return { ...fault, cause }
  }
}
