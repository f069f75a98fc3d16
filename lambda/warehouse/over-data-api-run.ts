import { LONGEST_WAIT_SECONDS } from '../data-api-limits'
import type { DataApi } from './data-api'
import { render } from './redshift/render'
import { PATIENCE_MS, type Run } from './run'

/** What the warehouse has said of a statement: nothing of it was done. */
export class StatementFailed extends Error {
  override readonly name = 'StatementFailed'
  readonly severity = 'ERROR'
  readonly code?: string
  constructor(text: string) {
    super(text)
    const code = sqlStateIn(text)
    if (code !== undefined) this.code = code
  }
}

/** Errors of the Data API are texts. Some tell the SQLSTATE at the end of a line; what a value of a file says stands in quotes. */
function sqlStateIn(text: string): string | undefined {
  return /\bSQL ?STATE[:=\s]+\(?([0-9A-Z]{5})[)\].]?\s*$/im.exec(text)?.[1]
}

/** Between two looks at a statement; each waits for its end by itself. */
const LOOK_AGAIN_MS = 250

/** Runs statements whose rows are wanted soon, each in a session of its own. One that takes too long is cancelled, and not waited for. */
export function runOverDataApi(
  api: DataApi,
  { now, sleep }: { readonly now: () => number; readonly sleep: (ms: number) => Promise<void> },
): Run {
  return async (statement, patienceMs = PATIENCE_MS) => {
    const untilMs = now() + patienceMs
    const id = await api.execute(render(statement))
    for (;;) {
      const leftMs = untilMs - now()
      if (leftMs <= 0) throw await giveUp(id, patienceMs)
      const waitSeconds = Math.max(1, Math.min(LONGEST_WAIT_SECONDS, Math.floor(leftMs / 1_000)))
      const told = await api.describe(id, waitSeconds)
      switch (told?.status) {
        case 'FINISHED':
          return { rows: told.hasRows ? ((await api.rows(id)) ?? []) : [] }
        case 'FAILED':
          throw new StatementFailed(told.error ?? 'the statement failed, and the Data API does not say why')
        case 'ABORTED':
        case undefined:
          throw Object.assign(new Error('the statement was cancelled'), { code: 'STATEMENT_ABORTED' })
        case 'SUBMITTED':
        case 'PICKED':
        case 'STARTED':
          await sleep(LOOK_AGAIN_MS)
      }
    }
  }

  async function giveUp(id: string, patienceMs: number): Promise<Error> {
    // It may have ended in this moment, and then there is nothing to cancel.
    await api.cancel(id).catch(() => {})
    return Object.assign(new Error(`no answer within ${patienceMs} ms`), { code: 'TimeoutError' })
  }
}
