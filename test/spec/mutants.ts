import type { Edit } from './simulation/bundle'
import type { Breach } from './simulation/invariants'

/** The code, broken on purpose. A simulation that does not notice proves nothing. */
export interface Mutant {
  readonly title: string
  readonly edits: readonly Edit[]
}

export type Invariant = Breach['invariant']

const SESSION = 'lambda/warehouse/session.ts'
const LOAD = 'lambda/warehouse/load-in-transaction.ts'
const LOAD_TARGET = 'lambda/load/load-target.ts'
const LEASE = 'lambda/load/lease.ts'
const SETTLE = 'lambda/load/settle.ts'
const WHAT_GOES_IN = 'lambda/batch/what-goes-in.ts'

const FINISH = '    for (const statement of script.finish(rows)) await step(statement)\n'
const COMMIT = "    await step({ kind: 'commit' })\n"
const RECORD = '  await ports.files.put(loadedRecords(arrivals, batchId, atMs))\n'
const REMOVE = '  await ports.arrivals.remove(arrivals)\n'
const LET_GO = '  await turn.lease.change({ lease: null, wakeAtMs, ...hold })\n'
const RUNNING = "  if (turned.kind === 'running') return lookSoon(turn, turned.isNew)\n"
const LOOK = "  await wakeNext(turn, turned.kind === 'out-of-time')\n"
const NAME = 'await lease.change({ unfinished })'

export const MUTANTS: readonly Mutant[] = [
  {
    title: 'the receipt is written after the transaction',
    edits: [{ file: LOAD, find: FINISH + COMMIT, replace: COMMIT + FINISH }],
  },
  {
    title: 'the receipt is written before the transaction',
    edits: [
      { file: LOAD, find: FINISH, replace: '' },
      {
        file: LOAD,
        find: "    await step({ kind: 'begin' })\n",
        replace: `    for (const statement of script.finish(0)) await step(statement)
    await step({ kind: 'begin' })\n`,
      },
    ],
  },
  {
    title: 'arrivals leave the queue before their records are written',
    edits: [{ file: SETTLE, find: RECORD, replace: REMOVE + RECORD }],
  },
  {
    title: 'the fence is not looked at',
    edits: [
      {
        file: LEASE,
        find: "if (changed === 'lost-race') {",
        replace: "if (changed === 'lost-race') return state\n    if (state === undefined) {",
      },
    ],
  },
  {
    title: 'the queue and the records are read before the lease is taken',
    edits: [
      {
        file: LOAD_TARGET,
        find: '  let settings = await ports.settings()\n',
        replace: `  let settings = await ports.settings()
  const early = await ports.arrivals.oldest(target, thresholdsOf(target, settings).files)
  const known = await ports.files.get(target, early.map(({ object }) => \`s3://\${object.bucket}/\${object.key}\` as const))
  let reads = 0
  const { arrivals, files } = ports
  ports = {
    ...ports,
    arrivals: { ...arrivals, oldest: async (...asked) => (reads++ === 0 ? early : arrivals.oldest(...asked)) },
    files: { ...files, get: async (...asked) => (reads <= 1 ? known : files.get(...asked)) },
  }
`,
      },
    ],
  },
  {
    title: 'a message is acknowledged before its arrivals are stored',
    edits: [
      {
        file: 'lambda/handlers/on-object.ts',
        find: '  const unfinished = await ingestAll(ports, messages)\n',
        replace: '  void ingestAll(ports, messages)\n  const unfinished = new Set<Message>()\n',
      },
    ],
  },
  {
    title: 'a message that could not be stored is acknowledged',
    edits: [{ file: 'lambda/handlers/on-object.ts', find: '      unfinished.add(message)\n', replace: '' }],
  },
  {
    title: 'the queue is looked at before the lease is let go, instead of after it',
    edits: [{ file: LOAD_TARGET, find: LET_GO + RUNNING + LOOK, replace: LOOK + LET_GO + RUNNING }],
  },
  {
    title: 'recovery does not ask for the receipt',
    edits: [
      {
        file: SESSION,
        find: "const receipt = receiptOf((await run({ kind: 'read-receipt', target, batchId })).rows[0])",
        replace: 'const receipt = undefined as Receipt | undefined',
      },
    ],
  },
  {
    title: 'the lease ends before its holder does',
    edits: [{ file: LOAD_TARGET, find: 'const LEASE_MARGIN_MS = 30_000', replace: 'const LEASE_MARGIN_MS = -10_000' }],
  },
  {
    title: 'the old session is not ended before the receipt is read',
    edits: [
      {
        file: SESSION,
        find: 'if (session !== undefined && !(await endOther(deps, run, own, session, begun.timeoutMs))) {',
        replace: 'if (session === null) {',
      },
    ],
  },
  {
    title: 'the old session is told to end, and nobody waits until it has',
    edits: [
      {
        file: SESSION,
        find: "    await run({ kind: 'end-session', sessionId })\n",
        replace: "    await run({ kind: 'end-session', sessionId })\n    return true\n",
      },
    ],
  },
  {
    title: 'an outcome that nobody knows is taken for a refusal',
    edits: [
      {
        file: LOAD,
        find: "if (!isAnswer(error) && !(error instanceof PenstockError)) return { kind: 'unknown', fault }",
        replace: "if (!isAnswer(error)) return { kind: 'refused', fault }",
      },
    ],
  },
  {
    title: 'the batch is named on its target after the transaction',
    edits: [
      {
        file: 'lambda/load/open-batch.ts',
        find: `  ${NAME}\n`,
        replace: `  Object.assign(turn, { name: async () => { ${NAME} } })\n`,
      },
      {
        file: 'lambda/load/run-batch.ts',
        find: '  switch (outcome.kind) {\n',
        replace:
          '  const { name } = turn as { name?: () => Promise<void> }\n  if (name) await name()\n  switch (outcome.kind) {\n',
      },
    ],
  },
  {
    title: 'what is owed to the counts is paid with every change',
    edits: [
      {
        file: LEASE,
        find: '    owed = { files: owed.files - paying.files, bytes: owed.bytes - paying.bytes }\n',
        replace: '',
      },
    ],
  },
  {
    title: 'what is remembered of a file is not asked for',
    edits: [
      {
        file: WHAT_GOES_IN,
        find: 'const record = known.records.get(urlOf(object))',
        replace: 'const record = undefined as FileRecord | undefined',
      },
    ],
  },
  {
    title: 'the order of versions does not count',
    edits: [
      {
        file: WHAT_GOES_IN,
        find: "  return a.sequencer.padStart(digits, '0').toUpperCase() > b.sequencer.padStart(digits, '0').toUpperCase()\n",
        replace: '  return digits < 0\n',
      },
    ],
  },
  {
    title: 'what was overwritten since its event is loaded without another look at the records',
    edits: [
      {
        file: 'lambda/load/load-what-is-due.ts',
        find: '  if (arrivals.some((arrival) => !take.includes(arrival))) return AGAIN\n',
        replace: '',
      },
    ],
  },
]
