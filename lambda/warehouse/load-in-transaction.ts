import { PenstockError } from '../errors'
import { isStaged } from '../load-plan'
import { type Fault, FILES_CHANGED, type LoadJob, type LoadOutcome } from '../ports'
import { faultAt } from './fault-at'
import { faultOf, isAnswer } from './fault-of'
import { readTable } from './read-table'
import { type Script, scriptOf } from './redshift/load-script'
import { render } from './redshift/render'
import { GRACE_MS, type Run } from './run'
import type { SessionDeps, SessionOf } from './session'
import type { Statement } from './statement'
import { withFiles } from './which-files'

/** Statements that work at rows. */
const TAKES_LONG: ReadonlySet<Statement['kind']> = new Set([
  'given',
  'clear-table',
  'copy',
  'mark-file',
  'move-read',
  'choose-newest',
  'delete-flagged',
  'merge',
  'insert-staged',
])

/** Loads a batch in one transaction of this session, and waits for its end. */
export async function loadInTransaction(
  deps: SessionDeps,
  warehouse: SessionOf,
  run: Run,
  job: LoadJob,
): Promise<LoadOutcome> {
  const untilMs = deps.now() + job.timeoutMs
  const patienceMs = job.timeoutMs + GRACE_MS
  // The statement that is under way says what an error means.
  const first: Statement = { kind: 'limit-time', timeoutMs: job.timeoutMs }
  let at: Statement = first as Statement
  const step = async (statement: Statement) => {
    // The time is that of all statements together; a transaction of one that takes long needs to be told once.
    if (TAKES_LONG.has(statement.kind)) {
      if (isLimited) await run({ kind: 'limit-time', timeoutMs: Math.max(1, untilMs - deps.now()) }, patienceMs)
      isLimited = true
    }
    at = statement
    return run(statement, patienceMs)
  }
  let isLimited = false
  let script: Script | undefined
  try {
    await step(first)
    const planned = scriptOf(job, warehouse, isStaged(job.plan) ? await readTable(step, job.plan) : undefined)
    if (planned.kind === 'refused') return { kind: 'refused', fault: misfit(warehouse, planned) }
    script = planned.script
    await step({ kind: 'begin' })
    for (const statement of script.load) await step(statement)
    if (job.stillCurrent && !(await job.stillCurrent())) return await changedMeanwhile(run, warehouse)
    const rows = Number((await step(script.count)).rows[0]?.['rows'])
    for (const statement of script.finish(rows)) await step(statement)
    await step({ kind: 'commit' })
    return { kind: 'loaded', rows, statements: toldOf(script) }
  } catch (error) {
    const statements = script === undefined ? [] : toldOf(script)
    const fault: Fault = { ...faultAt(at, faultOf(error, warehouse, job)), statements }
    // An answer means that nothing was committed, also if COMMIT was refused, and so does what we would not send; else nobody knows.
    if (!isAnswer(error) && !(error instanceof PenstockError)) return { kind: 'unknown', fault }
    return refused(deps, run, { look: at.kind === 'copy' ? (script?.look ?? []) : [], job, untilMs }, fault)
  }

  async function refused(...given: Parameters<typeof withFiles>): Promise<LoadOutcome> {
    const statements = given[3].statements ?? []
    try {
      return { kind: 'refused', fault: await withFiles(...given) }
    } catch (ended) {
      return { kind: 'unknown', fault: { ...faultOf(ended, warehouse), statements } }
    }
  }
}

/** What a person is shown of a load: how the rows came in, and where they went. */
export function toldOf({ load }: Script): readonly string[] {
  const copy = load.find(({ kind }) => kind === 'copy')
  const others = load.filter(({ kind }) => kind === 'clear-table' || kind === 'insert-staged' || kind === 'merge')
  return [...(copy === undefined ? [] : [copy]), ...others].map(render)
}

export function misfit(
  { name }: SessionOf,
  { code, message }: { readonly code: string; readonly message: string },
): Fault {
  return { kind: 'set-up', code, message: `warehouse ${name}: ${message}`, fileErrors: [] }
}

/** What was read may not be what the events told: another look at the files, and another batch. */
async function changedMeanwhile(run: Run, warehouse: SessionOf): Promise<LoadOutcome> {
  await run({ kind: 'rollback' })
  const message = `warehouse ${warehouse.name}: a file of the batch was overwritten or deleted while it was loaded`
  return { kind: 'refused', fault: { kind: 'gone', code: FILES_CHANGED, message, fileErrors: [] } }
}
