import type { S3Object } from '../../../lambda/model'
import type { Bucket, Flaw } from './bucket'
import type { Clock } from './clock'
import type { Dice } from './dice'
import type { Story } from './story'
import { restart, type SimulatedWarehouse } from './warehouse'

export interface HappeningsDeps {
  readonly story: Story
  readonly clock: Clock
  readonly dice: Dice
  readonly bucket: Bucket
  readonly warehouses: readonly SimulatedWarehouse[]
  /** Hands events to the queue of arriving objects. */
  readonly announce: (objects: readonly S3Object[], delayMs: number) => void
  readonly setPassword: (warehouse: SimulatedWarehouse, password: string) => void
  /** Has all calls that begin like this be refused most of the time. */
  readonly throttle: (calls: string | undefined) => void
  readonly count: (fault: string) => void
}

const NAMES = ['csv', 'csv', 'csv', 'jsonl', 'parquet'] as const

/** Has files land, change and vanish, and warehouses break, at times that are drawn beforehand. Returns what is still to come. */
export function happenings(deps: HappeningsDeps): () => number {
  const { story, clock, dice } = deps
  let toCome = 0
  const at = (afterMs: number, run: () => void) => {
    toCome += 1
    clock.after(afterMs, () => {
      toCome -= 1
      run()
    })
  }

  for (let file = 0; file < story.files; file += 1) {
    const key = keyOf(file, story, dice)
    at(dice.below(story.span), () => land(deps, key))
    if (story.overwrites !== 'none' && dice.chance(0.4)) {
      at(dice.below(2 * story.span), () => land(deps, key))
      if (dice.chance(0.3)) at(dice.below(3 * story.span), () => land(deps, key))
    }
    if (dice.chance(story.deleted))
      at(dice.below(2 * story.span), () => {
        deps.count('file that was deleted')
        deps.bucket.remove(key)
      })
  }
  for (const warehouse of deps.warehouses) outages(deps, warehouse, at)
  if (story.outages.throttle) {
    const from = dice.below(story.span)
    const service = dice.one(['arrivals.', 'files.', 'targets.', 'batches.', 'objects.', 'wakes.'])
    at(from, () => {
      deps.count('service that throttled everybody')
      deps.throttle(service)
    })
    at(from + 1_000 + dice.below(120_000), () => deps.throttle(undefined))
  }
  return () => toCome
}

function keyOf(file: number, { tables, odd }: Story, dice: Dice): string {
  const folder = `${tables[dice.below(tables.length)] ?? 'a'}/`
  if (dice.chance(odd)) return dice.one([`stray-${file}.csv`, `${folder}${file}.bin`, `${folder}${file}/`])
  return `${folder}${file}.${dice.one(NAMES)}`
}

function land({ story, bucket, dice, announce, count }: HappeningsDeps, key: string): void {
  const isEmpty = key.endsWith('/') || dice.chance(story.odd / 3)
  const flaw: Flaw = dice.chance(story.flawed) ? dice.one(['named', 'nameless']) : 'none'
  const own = story.duplicates === 'load' || dice.chance(0.5) ? key : 'many'
  const words = isEmpty ? '' : `content ${'x'.repeat(dice.below(3))} of ${own}`
  if (bucket.fileAt(`s3://landing/${key}`)) count('file that was overwritten')
  const object = bucket.land(key, { flaw, rows: 1 + dice.below(4), text: words })
  const { odds } = story
  if (dice.chance(odds.lostEvent)) {
    count('event that S3 never sent')
    return
  }
  const late = () => {
    if (!dice.chance(odds.lateMessage)) return dice.below(1_000)
    count('event that came late')
    return dice.below(400_000)
  }
  announce([object], late())
  if (dice.chance(odds.doubledMessage)) {
    count('event that came twice')
    announce([object, ...(dice.chance(0.3) ? [object] : [])], dice.below(300_000))
  }
}

/** Things that a person breaks, and mends some minutes later. */
function outages(
  { story, clock, dice, setPassword, count }: HappeningsDeps,
  warehouse: SimulatedWarehouse,
  at: (afterMs: number, run: () => void) => void,
): void {
  const table = story.tables[dice.below(story.tables.length)] ?? 'a'
  const window = (fault: string, begin: () => void, end: () => void) => {
    const from = dice.below(story.span)
    at(from, () => {
      count(fault)
      begin()
    })
    at(from + 1_000 + dice.below(400_000), end)
  }
  if (story.outages.table) {
    window(
      'table that was missing',
      () => warehouse.missing.add(table),
      () => warehouse.missing.delete(table),
    )
  }
  if (story.outages.grant) {
    window(
      'grant that was missing',
      () => warehouse.forbidden.add(table),
      () => warehouse.forbidden.delete(table),
    )
  }
  if (story.outages.password) {
    // The parameter may be changed before the warehouse or after it: in between, nobody gets in.
    const changes = [
      () => {
        warehouse.password = 'second'
      },
      () => setPassword(warehouse, 'second'),
    ] as const
    const [first, second] = dice.chance(0.7) ? changes : ([changes[1], changes[0]] as const)
    window('password that was rotated', first, second)
  }
  if (story.outages.restart) {
    window(
      'warehouse that was restarted',
      () => restart(warehouse, clock.now() + dice.below(120_000)),
      () => {},
    )
  }
}
