import { messageOf } from '../errors'
import { oneLine } from '../one-line'
import type { AfterJob, AfterOutcome } from '../ports'
import { type StatementName, statementName } from '../statement-name'
import { NotTaken } from './data-api'
import { faultOf } from './fault-of'
import type { Ways } from './over-data-api'
import { abortedFault, failureOf, isWarehousesWord } from './over-data-api-end'
import { TOO_LONG, tokenOf, whyTooLong } from './over-data-api-load'
import { render } from './redshift/render'
import { statementsOf } from './run-after'

/**
 * Hands over one statement after the other. Not all at once: the Data API would go on after one that failed, and what follows may
 * rest on it. `submitted` tells which one it was, and its id.
 */
export async function goOnAfter(ways: Ways, job: AfterJob): Promise<AfterOutcome> {
  const last = submittedIn(job.submitted)
  if (last === undefined) return submit(ways, job, 0)
  const told = await ways.api.describe(last.id)
  const ended = (code: string, message: string): AfterOutcome => ({
    kind: 'ended',
    done: last.index,
    failed: { statement: last.index, code, message },
  })
  switch (told?.status) {
    case 'SUBMITTED':
    case 'PICKED':
    case 'STARTED':
      return { kind: 'running', session: job.submitted ?? '' }
    case 'FINISHED':
      return submit(ways, job, last.index + 1)
    case 'FAILED': {
      const text = told.parts[0]?.error ?? told.error
      const { code, message } = faultOf(failureOf(text), ways.warehouse)
      return ended(code, isWarehousesWord(text) ? message : `${message} (whether it was done is not known)`)
    }
    case 'ABORTED': {
      const { code, message } = abortedFault(ways, told)
      return ended(code, message)
    }
    case undefined:
      return ended(
        'STATEMENT_FORGOTTEN',
        `the Data API does not know statement ${last.id} any more: whether it was done is not known`,
      )
  }
}

/** Asked for again it is the same, for the hours for which the service knows it. */
async function submit({ api, warehouse }: Ways, job: AfterJob, index: number): Promise<AfterOutcome> {
  const { target, batchId } = job
  const statement = statementsOf(job)[index]
  if (statement === undefined) return { kind: 'ended', done: index }
  const text = render(statement)
  const ended = (code: string, message: string): AfterOutcome => ({
    kind: 'ended',
    done: index,
    failed: { statement: index, code, message },
  })
  const tooLong = whyTooLong([text])
  if (tooLong !== undefined) return ended(TOO_LONG, tooLong)
  const name: StatementName = { environment: warehouse.environment, target, batchId, what: `after-${index}` }
  try {
    const id = await api.submit({ statements: [text], as: 'alone', token: tokenOf(name), name: statementName(name) })
    return { kind: 'running', session: `${index}:${id}` }
  } catch (error) {
    const { kind, code } = faultOf(error, warehouse)
    // What passes is tried again, by whoever comes next.
    if (!(error instanceof NotTaken) || kind === 'passing') throw error
    return ended(code, oneLine(messageOf(error)))
  }
}

function submittedIn(submitted: string | undefined): { readonly index: number; readonly id: string } | undefined {
  const [, index, id] = /^(\d+):(.+)$/.exec(submitted ?? '') ?? []
  return index === undefined || id === undefined ? undefined : { index: Number(index), id }
}
