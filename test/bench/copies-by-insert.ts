import { randomUUID } from 'node:crypto'
import { LOCAL } from '../../environments/local/names'
import type { TargetId } from '../../lambda/model'
import type { Run } from '../../lambda/warehouse/run'

/** The target of the rows that stand for copies, among the receipts. */
const COPIES: TargetId = `${LOCAL.warehouse}/bench.copies`

/**
 * Puts an insert in the place of each COPY, in the same transaction: what is measured is everything else. The files need not be
 * there, and each counts as one row.
 */
export function copiesByInsert(run: Run): Run {
  return async (statement, patienceMs) => {
    if (statement.kind === 'count-copied') return { rows: [{ rows: 1 }] }
    if (statement.kind !== 'copy') return run(statement, patienceMs)
    const nothing = { files: 0, bytes: 0 }
    const receipt = { batchId: randomUUID(), target: COPIES, ...nothing, manifest: statement.manifest }
    return run({ kind: 'write-receipt', receipt, rows: 0 }, patienceMs)
  }
}
