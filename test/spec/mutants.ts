import type { Edit } from './simulation/bundle'
import type { Breach } from './simulation/invariants'

/** The code, broken on purpose. A simulation that does not notice proves nothing. */
export interface Mutant {
  readonly title: string
  readonly edits: readonly Edit[]
}

export type Invariant = Breach['invariant']

const SESSION = 'lambda/warehouse/session.ts'
const LOAD_TARGET = 'lambda/load/load-target.ts'
const RECOVER = 'lambda/load/recover.ts'
const LEASE = 'lambda/load/lease.ts'
const SETTLE = 'lambda/load/settle.ts'
const WHAT_GOES_IN = 'lambda/batch/what-goes-in.ts'

const WRITE_RECEIPT =
  "    await run({ kind: 'write-receipt', receipt: { ...job, files: job.urls.length, rows } }, patienceMs)\n"
const COMMIT = "    await run({ kind: 'commit' }, patienceMs)\n"
const RECORD = '  await ports.files.put(loadedRecords(arrivals, batchId, atMs))\n'
const REMOVE = '  await ports.arrivals.remove(arrivals)\n'
const LET_GO = '  await turn.lease.change({ lease: null, wakeAtMs, ...hold })\n'
const LOOK = "  await wakeNext(turn, turned.kind === 'out-of-time')\n"
const NAME =
  'await lease.change({ unfinished: { batchId, folder, ...size, attempt: 1, deaths: 1, openedAtMs: nowMs, session } })'

export const MUTANTS: readonly Mutant[] = [
  {
    title: 'the receipt is written after the transaction',
    edits: [{ file: SESSION, find: WRITE_RECEIPT + COMMIT, replace: COMMIT + WRITE_RECEIPT }],
  },
  {
    title: 'the receipt is written before the transaction',
    edits: [
      { file: SESSION, find: WRITE_RECEIPT, replace: '' },
      {
        file: SESSION,
        find: "    await run({ kind: 'begin' }, patienceMs)\n",
        replace: `    await run({ kind: 'write-receipt', receipt: { ...job, files: job.urls.length, rows: 0 } })
    await run({ kind: 'begin' }, patienceMs)\n`,
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
    edits: [{ file: LOAD_TARGET, find: LET_GO + LOOK, replace: LOOK + LET_GO }],
  },
  {
    title: 'recovery does not ask for the receipt',
    edits: [
      {
        file: RECOVER,
        find: 'const receipt = await session.receipt(target, batchId)',
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
        file: RECOVER,
        find: 'const isGone = unfinished.session === undefined || (await session.end(unfinished.session, loadTimeMs(turn)))',
        replace: 'const isGone = true as boolean',
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
        file: SESSION,
        find: "if (!isAnswer(error)) return { kind: 'unknown', fault }",
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
