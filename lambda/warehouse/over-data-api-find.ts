import type { Begun, Found } from '../ports'
import { statementName } from '../statement-name'
import type { Described } from './data-api'
import type { Ways } from './over-data-api'
import { endOf, isWarehousesWord, toldIn } from './over-data-api-end'
import { receiptOf } from './session'

/**
 * What became of an attempt. Its statement tells, by the id that was noted, else by its name; when nobody knows it any more, the
 * receipt does.
 */
export async function findLoad(ways: Ways, begun: Begun): Promise<Found> {
  const { api, warehouse } = ways
  const { target, batchId, attempt } = begun
  const name = statementName({ environment: warehouse.environment, target, batchId, what: `${attempt}` })
  const session = begun.session ?? (await api.named(name))
  const agoMs = ways.now() - begun.startedAtMs
  // It may have been asked for in this moment, and be in no list yet: asked for again it is the same.
  if (session === undefined) {
    return committed(ways, begun, { kind: agoMs < LISTED_AFTER_MS ? 'maybe-submitted' : 'nothing' })
  }
  const told = await api.describe(session)
  // Statements are forgotten a day after their end. Before that it is there, whatever is said in this moment.
  if (told === undefined) {
    return committed(ways, begun, agoMs < FORGOTTEN_AFTER_MS ? { kind: 'running', session } : { kind: 'nothing' })
  }
  switch (told.status) {
    case 'SUBMITTED':
    case 'PICKED':
    case 'STARTED':
      return { kind: 'running', session }
    case 'FINISHED':
      return { kind: 'loaded', ...(await rowsOf(ways, begun, told)), statements: toldIn(told) }
    case 'FAILED':
    case 'ABORTED':
      return (
        (await lostAtCommit(ways, begun, told, session)) ?? { kind: 'refused', fault: await endOf(ways, begun, told) }
      )
  }
}

/** What was asked for is in the list by then. */
const LISTED_AFTER_MS = 15 * 60_000
const FORGOTTEN_AFTER_MS = 24 * 3_600_000

/** How long the warehouse may still be at a COMMIT after the service has lost it. */
const COMMIT_MS = 5 * 60_000

/**
 * Where each statement has finished, it was COMMIT that failed. If that is the service's own word, because it has lost the warehouse,
 * the receipt tells; while there is none, COMMIT may be under way.
 */
async function lostAtCommit(ways: Ways, begun: Begun, told: Described, session: string): Promise<Found | undefined> {
  if (told.parts.length === 0 || told.parts.some(({ status }) => status !== 'FINISHED')) return undefined
  const found = await committed(ways, begun, { kind: 'nothing' })
  if (found.kind !== 'nothing') return found
  const isOver = isWarehousesWord(told.error) || ways.now() >= told.updatedAtMs + COMMIT_MS
  return isOver ? undefined : { kind: 'running', session }
}

async function committed(ways: Ways, { target, batchId }: Begun, otherwise: Found): Promise<Found> {
  const receipt = receiptOf((await ways.run({ kind: 'read-receipt', target, batchId })).rows[0])
  if (receipt === undefined) return otherwise
  return { kind: 'loaded', ...(receipt.rows === undefined ? {} : { rows: receipt.rows }) }
}

/** The count stands before what the settings run after the rows, and before the receipt. What it gave is kept for a day. */
async function rowsOf({ api }: Ways, { plan }: Begun, { parts }: Described): Promise<{ readonly rows?: number }> {
  const count = plan === undefined ? undefined : parts.at(-2 - (plan.after?.length ?? 0))
  if (count === undefined) return {}
  const rows = Number((await api.rows(count.id))?.[0]?.['rows'] ?? Number.NaN)
  return Number.isFinite(rows) ? { rows } : {}
}
