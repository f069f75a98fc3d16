import { FORMATS } from '../copy-matrix'
import { codeOf } from '../errors'
import type { S3Url } from '../model'
import type { Fault, LoadJob } from '../ports'
import { isAnswer } from './fault-of'
import { fileErrorsOf, type LoadErrorRow } from './redshift/load-errors'
import { GRACE_MS, PATIENCE_MS, type Run } from './run'
import type { Statement } from './statement'

/** What was refused, and how long its job may go on, in milliseconds since 1970. */
export interface RefusedLoad {
  readonly job: Pick<LoadJob, 'plan' | 'urls'>
  /** Statements that find all bad files, if it was a COPY that was refused. */
  readonly look: readonly Statement[]
  readonly untilMs: number
}

/** SQLSTATE of a session that `pg_terminate_backend` has ended. */
const ENDED = '57P01'

interface Deps {
  readonly sleep: (ms: number) => Promise<void>
  readonly now: () => number
}

/**
 * Rolls a refused load back, then asks which files were at fault, if it was the data: the views can be read only outside the
 * broken transaction. The refusal was an answer, so the transaction is gone whatever goes wrong here; only details are missing.
 * But a session that was ended was ended by whoever has taken the batch over: it is theirs to say what becomes of it, so that is
 * thrown.
 */
export async function withFiles(deps: Deps, run: Run, refused: RefusedLoad, fault: Fault): Promise<Fault> {
  let fileErrors = fault.fileErrors
  try {
    await run({ kind: 'rollback' })
    if (fault.kind !== 'data' || fileErrors.length > 0 || refused.look.length === 0) return fault
    // The limit of the load may have been a short one.
    await run({ kind: 'limit-time', timeoutMs: PATIENCE_MS })
    fileErrors = await readLoadErrors(deps, run, refused.job.urls)
    const all = await lookAtAll(deps, run, refused)
    return { ...fault, fileErrors: all.length > 0 ? all : fileErrors }
  } catch (lost) {
    if (codeOf(lost) === ENDED) throw lost
    return { ...fault, fileErrors, cause: lost }
  }
}

/** Left of the time of the job to read what a look has noted. */
const READING_MS = 10_000
/** A look that gets less is not begun: it would tell nothing. */
const LEAST_LOOK_MS = 2_000

/**
 * A COPY stops at its first error, so of many bad files each would cost a COPY, and the good ones would wait for all. So the
 * same COPY runs once more, loads nothing and goes on after errors. It may fail or be cut off: what it has noted until
 * then counts, and if that is nothing, what the refused COPY has named stands.
 */
async function lookAtAll(deps: Deps, run: Run, { look, job, untilMs }: RefusedLoad): Promise<Fault['fileErrors']> {
  // What it notes has to be read within the time of the job, too.
  const timeoutMs = untilMs - READING_MS - GRACE_MS - deps.now()
  // Columnar files take neither option, and their errors name the file in their text; of shapefiles nothing is documented.
  const { plan, urls } = job
  if (urls.length < 2 || !FORMATS[plan.format].canBeChecked || timeoutMs < LEAST_LOOK_MS) return []
  // A look of several statements leaves nothing behind either.
  const isTransaction = look.length > 1
  try {
    await run({ kind: 'limit-time', timeoutMs })
    if (isTransaction) await run({ kind: 'begin' })
    for (const statement of look) await run(statement, timeoutMs + GRACE_MS)
  } catch (error) {
    // More errors than it may pass over, for instance, or out of time. Without an answer there is no session to ask.
    if (!isAnswer(error)) throw error
  }
  if (isTransaction) await run({ kind: 'rollback' })
  await run({ kind: 'limit-time', timeoutMs: PATIENCE_MS })
  return readLoadErrors(deps, run, urls)
}

/** The views are filled a moment after the COPY has ended. */
const DELAYS_MS = [0, 200, 800]

async function readLoadErrors(
  deps: Pick<Deps, 'sleep'>,
  run: Run,
  urls: readonly S3Url[],
): Promise<Fault['fileErrors']> {
  for (const delay of DELAYS_MS) {
    if (delay > 0) await deps.sleep(delay)
    const { rows } = await run({ kind: 'read-load-errors', files: urls.length })
    if (rows.length > 0) return fileErrorsOf(rows as unknown as readonly LoadErrorRow[], urls)
  }
  return []
}
