import { type Settings, settingsFrom } from '../../../lambda/settings'
import { CRASH_POINTS, type CrashPoint } from '../crash-points'
import type { Dice } from './dice'

/** How likely each mishap is, per call that it can befall. */
export interface Odds {
  readonly death: number
  /** The world refuses before it does anything: throttling, or a conflict in the warehouse. */
  readonly refusal: number
  /** The world does what was asked, and the answer does not come. */
  readonly lostAnswer: number
  readonly cutConnection: number
  /** The process stands still for a while, in the middle of a call. */
  readonly freeze: number
  /** Of those that stand still, how many are not killed when their time is over, and go on. */
  readonly zombie: number
  /** A statement that takes minutes. */
  readonly slowStatement: number
  readonly lostWake: number
  readonly doubledMessage: number
  readonly lateMessage: number
  /** S3 never tells of a file. */
  readonly lostEvent: number
}

/** What one seed tells: how the world is set up, and what may go wrong in it. */
export interface Story {
  readonly settings: Settings
  readonly tables: readonly string[]
  readonly warehouses: readonly string[]
  readonly overwrites: 'none' | 'skip' | 'reload'
  readonly duplicates: 'load' | 'skip' | 'hold'
  /** `copies`: each file by a COPY of its own. */
  readonly mode: 'append' | 'copies' | 'columnar' | 'names' | 'replace' | 'merge'
  readonly odds: Odds
  /** Nothing of what was sent gets lost and nobody dies: then all must be loaded without a tick. */
  readonly ticks: boolean
  /** The process that makes the n-th such call dies there. */
  readonly kill: { readonly point: CrashPoint; readonly call: number } | undefined
  readonly files: number
  /** Of the files, how many hold what no table takes; half of them are named by the load errors. */
  readonly flawed: number
  readonly deleted: number
  /** Of the files, how many are no files, or tell no format. */
  readonly odd: number
  /** Files come within this time. */
  readonly span: number
  readonly outages: {
    readonly table: boolean
    readonly grant: boolean
    readonly password: boolean
    readonly restart: boolean
    /** One of the services refuses nearly everything. */
    readonly throttle: boolean
  }
  /** Receipts table there from the beginning. */
  readonly receiptsTable: boolean
  readonly loadTimeoutMs: number
  readonly wakesAtOnce: number
}

const CALM: Odds = {
  death: 0,
  refusal: 0,
  lostAnswer: 0,
  cutConnection: 0,
  freeze: 0,
  zombie: 0,
  slowStatement: 0,
  lostWake: 0,
  doubledMessage: 0.15,
  lateMessage: 0.1,
  lostEvent: 0,
}

const KINDS = ['calm', 'kill', 'zombies', 'kill', 'chance'] as const
type Kind = (typeof KINDS)[number]

/** By turns: a calm story, one that kills at a point of its own, one that lets chance do its worst, one of zombies. */
export function storyOf(seed: number, dice: Dice): Story {
  const kind = KINDS[seed % KINDS.length] ?? 'chance'
  const point = kind === 'kill' ? pointOf(seed) : undefined
  const isOfContents = point?.startsWith('contents.') ?? false
  const overwrites = isOfContents ? 'none' : dice.one<Story['overwrites']>(['none', 'skip', 'reload', 'reload'])
  const wanted = isOfContents ? 'skip' : dice.one<Story['duplicates']>(['load', 'load', 'load', 'skip', 'hold'])
  const mode =
    modeOf(point) ?? dice.one<Story['mode']>(['append', 'append', 'append', 'copies', 'names', 'replace', 'merge'])
  // Who does not reload takes a file that was overwritten before its COPY for what its event told, its content too.
  const duplicates = overwrites === 'skip' || mode === 'replace' ? 'load' : wanted
  const warehouses = dice.chance(0.2) ? ['main', 'other'] : ['main']
  const odds = kind === 'calm' ? CALM : roughOdds(kind, point, dice)
  // What keeps loaders out keeps them from being taken over.
  const rough = kind !== 'calm' && !isOfRecovery(point)
  return {
    overwrites,
    duplicates,
    mode,
    odds,
    warehouses,
    tables: ['a', 'b'].slice(0, 1 + dice.below(2)),
    settings: settingsOf({ overwrites, duplicates, mode, warehouses }, odds.lostEvent > 0 || kind === 'kill', dice),
    ticks: kind !== 'calm',
    kill: point === undefined ? undefined : { point, call: isRare(point) || dice.chance(0.7) ? 1 : 2 },
    files: (kind === 'calm' ? 8 : 4) + dice.below(10),
    flawed: kind === 'kill' ? 0.3 : dice.one([0, 0.1, 0.2]),
    deleted: rough && dice.chance(0.3) ? 0.15 : 0,
    odd: kind === 'kill' ? 0.25 : 0.08,
    span: kind === 'calm' ? dice.one([2_000, 6_000, 20_000]) : dice.one([2_000, 30_000, 120_000]),
    outages: {
      table: rough && dice.chance(0.15),
      grant: rough && dice.chance(0.1),
      password: rough && dice.chance(0.15),
      restart: rough && dice.chance(0.15),
      throttle: rough && dice.chance(0.25),
    },
    receiptsTable: !rough || (kind !== 'kill' && dice.chance(0.5)),
    loadTimeoutMs:
      kind === 'calm'
        ? 300_000
        : kind === 'zombies' || isOfRecovery(point)
          ? 30_000
          : dice.one([20_000, 30_000, 60_000, 300_000]),
    wakesAtOnce: dice.one([1, 1, 2, 3]),
  }
}

/** Two of five seeds kill, each at the next point. */
function pointOf(seed: number): CrashPoint | undefined {
  const turn = 2 * Math.floor(seed / KINDS.length) + (seed % KINDS.length === 3 ? 1 : 0)
  return CRASH_POINTS[turn % CRASH_POINTS.length]
}

/** What each way of loading says in the settings: between them they make every statement. */
const WAYS: Readonly<Record<Story['mode'], object>> = {
  append: {},
  copies: {
    lineage: { file: 'penstock_file' },
    before: ['SELECT {files}'],
    after: ['SELECT {rows}'],
    afterCommit: ['VACUUM a'],
  },
  names: { format: 'csv', csv: { headerLines: 1 }, columns: 'by-name' },
  columnar: { format: 'parquet', lineage: { file: 'penstock_file' } },
  // What replaces a table together is read alike.
  replace: { mode: 'replace', format: 'csv' },
  merge: { mode: { merge: { version: 'amount', delete: { column: 'op', values: ['D'] } } } },
}

/** The way of loading that comes by the point at all. */
function modeOf(point: CrashPoint | undefined): Story['mode'] | undefined {
  if (point?.startsWith('objects.read:')) return 'names'
  const statement = point?.match(/^statement\.(.*):/)?.[1]
  if (statement === undefined) return undefined
  if (/^(mark-file|insert-staged|given)$/.test(statement)) return 'copies'
  if (/^(move|clear)-read$/.test(statement)) return 'columnar'
  if (/^(refuse-null|choose|drop-|delete-|merge|read-columns|read-primary|create-staging|count-staged)/.test(statement))
    return 'merge'
  if (statement === 'clear-table') return 'replace'
  return statement === 'copy' || statement === 'count-copied' ? 'append' : undefined
}

/** What is done once may not come a second time. */
function isRare(point: CrashPoint): boolean {
  return /^statement\.(create-receipts|move-|drop-|delete-|choose-|merge|clear-|end-session|find-session)/.test(point)
}

/** What is asked only of an attempt that has lost its connection, or its loader. */
function isOfRecovery(point: CrashPoint | undefined): boolean {
  return /^statement\.(end-session|find-session|read-receipt)/.test(point ?? '')
}

function roughOdds(kind: Exclude<Kind, 'calm'>, point: CrashPoint | undefined, dice: Dice): Odds {
  const some = (most: number) => (dice.chance(0.5) ? most * dice.next() : 0)
  return {
    death: kind === 'chance' ? 0.002 + some(0.03) : 0.003,
    refusal: some(0.02),
    lostAnswer: some(0.02),
    cutConnection: kind === 'kill' ? (isOfRecovery(point) ? 0.2 : 0.08) : some(0.08),
    freeze: kind === 'zombies' ? 0.02 : some(0.03),
    zombie: kind === 'zombies' ? 1 : dice.chance(0.5) ? 0.5 : 0,
    // A slow COPY leaves its session there after the client is gone.
    slowStatement: isOfRecovery(point) ? 0.3 : some(0.2),
    lostWake: some(0.1),
    doubledMessage: some(0.3),
    lateMessage: some(0.3),
    lostEvent: dice.chance(0.3) ? 0.1 : 0,
  }
}

function settingsOf(
  { overwrites, duplicates, mode, warehouses }: Pick<Story, 'overwrites' | 'duplicates' | 'mode' | 'warehouses'>,
  heals: boolean,
  dice: Dice,
): Settings {
  const into = (warehouse: string) => ({
    warehouse,
    duplicates,
    overwrites: overwrites === 'reload' ? ('reload' as const) : ('skip' as const),
    ...WAYS[mode],
  })
  const [first = 'main', second] = warehouses
  return settingsFrom({
    name: 'test',
    bucket: 'landing',
    work: 's3://landing/_penstock/',
    warehouses: Object.fromEntries(
      warehouses.map((name) => [name, { kind: 'redshift', host: `${name}.test`, database: 'dev', user: 'penstock' }]),
    ),
    // What nobody told of before the first look at the bucket is to be found as well.
    routes: [
      { match: '{table}/**', existing: 'load', into: second === undefined ? into(first) : [into(first), into(second)] },
    ],
    // A COPY for each file is seen where there are several.
    batch: {
      files: (mode === 'columnar' ? 3 : 1) + dice.below(5),
      seconds: mode === 'columnar' ? 5 : dice.one([0, 0, 5, 60]),
      bytes: mode === 'columnar' ? 1_000_000 : dice.one([60, 1_000_000]),
    },
    heal: heals ? { everyMinutes: dice.one([1, 5]), afterMinutes: dice.one([0, 2]) } : false,
    notify: {
      failure: 'arn:aws:sns:eu-west-1:123456789012:failure',
      ...(dice.chance(0.5) ? { success: 'arn:aws:sns:eu-west-1:123456789012:success' } : {}),
    },
  })
}
