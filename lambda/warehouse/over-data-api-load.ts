import { createHash } from 'node:crypto'
import { MOST_BYTES, MOST_STATEMENTS } from '../data-api-limits'
import { isStaged } from '../load-plan'
import type { Fault, LoadJob, LoadOutcome } from '../ports'
import { type StatementName, statementName } from '../statement-name'
import { NotTaken } from './data-api'
import { faultOf } from './fault-of'
import { misfit, toldOf } from './load-in-transaction'
import type { Ways } from './over-data-api'
import { readTable } from './read-table'
import { scriptOf } from './redshift/load-script'
import { render } from './redshift/render'

/**
 * Hands the transaction of a batch over as a whole, and leaves. Asked for again as the same attempt it is the same, so a lost
 * answer does no harm: whoever comes next asks again.
 */
export async function submitLoad({ api, run, warehouse }: Ways, job: LoadJob): Promise<LoadOutcome> {
  let statements: readonly string[] = []
  let isAsked = false
  try {
    const table = isStaged(job.plan) ? await readTable(run, job.plan) : undefined
    const planned = scriptOf(job, warehouse, table)
    if (planned.kind === 'refused') return refused(misfit(warehouse, planned))
    const { script } = planned
    statements = toldOf(script)
    const texts = [...script.load, script.count, ...script.finish(undefined)].map(render)
    const tooLong = whyTooLong(texts)
    if (tooLong !== undefined) {
      return refused({ ...misfit(warehouse, { code: TOO_LONG, message: tooLong }), statements })
    }
    const { target, batchId, attempt } = job
    const name: StatementName = { environment: warehouse.environment, target, batchId, what: `${attempt}` }
    isAsked = true
    const session = await api.submit({
      statements: texts,
      as: 'transaction',
      token: tokenOf(name),
      name: statementName(name),
    })
    return { kind: 'submitted', session }
  } catch (error) {
    const fault: Fault = { ...faultOf(error, warehouse, job), statements }
    // An earlier call for this attempt may have been taken, too: what passes is asked for again as the same.
    const isKnown = isAsked ? error instanceof NotTaken : fault.kind === 'set-up'
    return isKnown ? refused(fault) : { kind: 'unknown', fault }
  }

  /** Of an attempt that may be under way no refusal says that it is not. */
  function refused(fault: Fault): LoadOutcome {
    return { kind: job.mayBeSubmitted ? 'unknown' : 'refused', fault }
  }
}

/** Code of a batch that the service would not take whole. */
export const TOO_LONG = 'STATEMENT_TOO_LONG'

/** Why the statements do not go into one batch, and what to do about it. */
export function whyTooLong(texts: readonly string[]): string | undefined {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const less = 'give the target fewer or shorter statements, or files in a batch, or reach the warehouse via pg'
  if (texts.length > MOST_STATEMENTS) {
    return `the transaction has ${texts.length} statements, and the Data API takes ${MOST_STATEMENTS}: ${less}`
  }
  if (bytes > MOST_BYTES) {
    const longest = Math.max(...texts.map((text) => Buffer.byteLength(text)))
    return `the transaction has ${bytes} bytes of SQL, the longest statement ${longest}, and the Data API takes ${MOST_BYTES}: ${less}`
  }
  return undefined
}

/** The same for the same attempt, whoever asks: 64 characters, which is what the service takes. */
export function tokenOf(name: StatementName): string {
  return createHash('sha256').update(statementName(name)).digest('hex')
}
