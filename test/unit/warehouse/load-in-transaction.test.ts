import type { LoadPlan } from '../../../lambda/load-plan'
import type { LoadJob } from '../../../lambda/ports'
import { loadInTransaction } from '../../../lambda/warehouse/load-in-transaction'
import type { Run } from '../../../lambda/warehouse/run'
import type { Statement } from '../../../lambda/warehouse/statement'

const PLAN: LoadPlan = {
  schema: 'public',
  table: 'people',
  format: 'csv',
  compression: 'none',
  mode: 'replace',
  before: ['DELETE FROM a'],
}
const JOB: LoadJob = {
  batchId: 'b1',
  target: 'main/public.people',
  attempt: 1,
  plan: PLAN,
  manifest: 's3://landing/m',
  urls: ['s3://landing/1.csv'],
  bytes: 1,
  timeoutMs: 60_000,
}

/** A warehouse in which each statement that works at rows takes so long, and what it was told of the time it has. */
async function loadTaking(eachMs: number) {
  let nowMs = 0
  let limitMs = 0
  const limits: number[] = []
  const run: Run = async (statement: Statement) => {
    if (statement.kind === 'limit-time') {
      limitMs = statement.timeoutMs
      limits.push(limitMs)
    }
    if (statement.kind === 'given' || statement.kind === 'clear-table' || statement.kind === 'copy') {
      nowMs += Math.min(eachMs, limitMs)
      if (eachMs > limitMs) {
        throw Object.assign(new Error("Query (1) cancelled on user's request"), { code: '57014', severity: 'ERROR' })
      }
    }
    return { rows: statement.kind === 'count-copied' ? [{ rows: '1' }] : [] }
  }
  const deps = { sleep: async () => {}, now: () => nowMs }
  const outcome = await loadInTransaction(deps, { name: 'main', host: 'h', copyRole: 'default' }, run, JOB)
  return { outcome, limits, nowMs }
}

describe('the time of a transaction', () => {
  it('is that of all its statements together, so whoever waits for it is still there at its end', async () => {
    const { outcome, limits } = await loadTaking(19_000)
    expect(outcome.kind).toBe('loaded')
    expect(limits.slice(0, 3)).toEqual([60_000, 41_000, 22_000])
  })

  it('is over when they have taken it, whichever is under way then', async () => {
    const { outcome, nowMs } = await loadTaking(25_000)
    expect(outcome).toMatchObject({ kind: 'refused', fault: { kind: 'too-long' } })
    expect(nowMs).toBe(60_000)
  })
})
