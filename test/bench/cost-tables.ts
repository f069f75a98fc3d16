import { BUSY, ON_LOAD_SECONDS, ON_OBJECT, TRICKLE_PER_SECOND } from './cost-assumptions'
import { type Assumed, type Cost, costOf, ITEMS, type Item, type Journey, totalDollars } from './cost-of'
import { DEPRECATED_LOADER, rivalDollars } from './deprecated-loader'
import { type Column, tableOf } from './markdown-table'
import { PRICES, PRICES_FROM } from './prices'

/** A size of batches, what was counted for it, and what comes of that. */
export interface Case {
  readonly journey: Journey
  readonly costs: readonly Cost[]
}

/** Files that come one by one into one table, and are gathered for so long. */
export interface Trickle extends Case {
  readonly windowSeconds: number
}

/** The bill by service, how it depends on what is assumed, and every price and assumption it rests on, as Markdown. */
export function costTables(sizes: readonly Case[], trickles: readonly Trickle[]): string {
  return [
    `Dollars for a million files, by files of a batch. Files come as fast as they are taken:`,
    byItem(sizes),
    `Files that come one by one, ${TRICKLE_PER_SECOND} a second into one table, where \`batch.files\` is no limit:`,
    byWindow(trickles),
    `The same bill as in the first table if a batch takes on-load longer, or less, or with other memory:`,
    byRunningTime(sizes),
    besideTheDeprecatedLoader(sizes),
    `Prices of ${PRICES_FROM.region}, ${PRICES_FROM.month}:`,
    pricesTable(),
    ASSUMED,
    LEFT_OUT,
  ].join('\n\n')
}

function byItem(sizes: readonly Case[]): string {
  const rows = ITEMS.map((item) => [item, ...sizes.map(({ costs }) => cents(dollarsOf(costs, item)))])
  const total = ['**all**', ...sizes.map(({ costs }) => `**${cents(totalDollars(costs))}**`)]
  return tableOf([{ title: 'what' }, ...sizes.map(sizeColumn)], [...rows, total])
}

const SERVICES = ['SQS', 'Lambda', 'DynamoDB', 'S3', 'SNS', 'KMS'] as const

function byWindow(trickles: readonly Trickle[]): string {
  const titles = ['window', 'files of a batch', ...SERVICES, 'all']
  return tableOf(
    titles.map((title) => ({ title, align: 'right' })),
    trickles.map(({ windowSeconds, journey, costs }) => [
      `${windowSeconds} s`,
      countText(journey.batchSize),
      ...SERVICES.map((service) => cents(ofService(costs, service))),
      cents(totalDollars(costs)),
    ]),
  )
}

/** Sending an event is charged by the queue that it is sent to. */
function ofService(costs: readonly Cost[], service: string): number {
  return totalDollars(costs.filter(({ item }) => item.replace('S3 → ', '').startsWith(`${service}:`)))
}

function byRunningTime(sizes: readonly Case[]): string {
  const variants: readonly Pick<Assumed, 'onLoadSecondsPerBatch' | 'memoryMb'>[] = [
    { ...BUSY, onLoadSecondsPerBatch: 1 },
    BUSY,
    { ...BUSY, onLoadSecondsPerBatch: 20 },
    { ...BUSY, memoryMb: { ...BUSY.memoryMb, 'on-load': 1_024 } },
    { ...BUSY, memoryMb: { ...BUSY.memoryMb, 'on-load': 256 } },
  ]
  return tableOf(
    [{ title: 'on-load' }, ...sizes.map(sizeColumn)],
    variants.map((variant) => [
      `${variant.onLoadSecondsPerBatch} s per batch, ${countText(variant.memoryMb['on-load'])} MB`,
      ...sizes.map(({ journey }) => cents(totalDollars(costOf(journey, { ...BUSY, ...variant }, PRICES)))),
    ]),
  )
}

const SAME_AS_COUNTED: readonly Item[] = ['DynamoDB: write units', 'Lambda: requests']

function besideTheDeprecatedLoader(sizes: readonly Case[]): string {
  const { requestsPerFile, mostFilesPerBatch } = DEPRECATED_LOADER
  const rows = sizes.map(({ journey: { batchSize }, costs }) => {
    const rival = rivalDollars(batchSize, PRICES)
    const nothing = batchSize > mostFilesPerBatch ? 'cannot' : 'not counted'
    const same = totalDollars(costs.filter(({ item }) => SAME_AS_COUNTED.includes(item)))
    return [countText(batchSize), rival === undefined ? nothing : cents(rival), cents(same)]
  })
  const columns: readonly Column[] = ['files of a batch', 'the deprecated loader', 'Penstock'].map((title) => ({
    title,
    align: 'right',
  }))
  return [
    `Beside the deprecated loader only what was counted of it can be put: the write units of DynamoDB, and one request of Lambda per file. Its running time, its ${requestsPerFile} requests to DynamoDB per file as far as they read, its manifests and notices were not counted in a way that could be priced, and are left out; a batch of more than ${countText(mostFilesPerBatch)} files it cannot make.`,
    tableOf(columns, rows),
  ].join('\n\n')
}

function pricesTable(): string {
  return tableOf(
    [
      { title: 'what' },
      { title: '$', align: 'right' },
      { title: 'for', align: 'right' },
      { title: 'of' },
      { title: 'source' },
    ],
    Object.entries(PRICES).map(([name, { dollars, per, unit, source }]) => [
      NAMES[name as keyof typeof PRICES],
      // Not rounded: whoever looks up a price wants to find the same digits.
      dollars.toLocaleString('en-US', { maximumSignificantDigits: 15 }),
      countText(per),
      unit,
      source,
    ]),
  )
}

const NAMES: Readonly<Record<keyof typeof PRICES, string>> = {
  lambdaRequest: 'Lambda',
  lambdaArm64: 'Lambda',
  sqsRequest: 'SQS, standard queue',
  s3Write: 'S3',
  s3Read: 'S3',
  dynamoDbWrite: 'DynamoDB',
  dynamoDbRead: 'DynamoDB',
  eventBridgeEvent: 'EventBridge',
  snsPublish: 'SNS',
  kmsRequest: 'KMS',
}

const ASSUMED = `What is assumed, since an emulator cannot tell:

- on-object takes ${ON_OBJECT.ms} ms per invocation and ${ON_OBJECT.msPerEvent} ms per event, at ${BUSY.memoryMb['on-object']} MB.
- on-load takes ${ON_LOAD_SECONDS} s per batch at ${countText(BUSY.memoryMb['on-load'])} MB, most of it waiting for COPY. In small batches that is most of the bill.
- Files that come fast fill every invocation of on-object (${BUSY.eventsPerInvocation} events) and every receive and delete of Lambda's poller (${BUSY.eventsPerReceive} messages). An invocation of on-load then loads ${BUSY.batchesPerInvocation} batches, which is what it has time for. Files that come one by one share nothing, and each batch has a wake and an invocation of its own.
- The bucket is the stack's own: S3 tells the queue itself, of \`manifest\` and \`batch.json\` of each batch, too. A bucket that was there before tells through EventBridge, of files alone: about ${cents((PRICES.eventBridgeEvent.dollars / PRICES.eventBridgeEvent.per) * 1_000_000)} $ more for a million files.
- One table, one route, no duplicates looked for; each batch loads at once and is told of in a notice. Objects, events and notices are of less than 64 KB.
- The warehouse reads each file and each manifest with one GET.
- Each notice, each read of the settings and of the password asks KMS once, which is more than they do.`

const LEFT_OUT = `What is not in it: the warehouse; the upload of the files; what costs by the month, whether files come or not (the tick of every minute, the pollers of queues in which nothing lies, alarms, the key, storage of files and records); logs and metrics; cold starts; traffic between networks; free allowances.`

function sizeColumn({ journey: { batchSize } }: Case): Column {
  return { title: countText(batchSize), align: 'right' }
}

function dollarsOf(costs: readonly Cost[], item: Item): number {
  return totalDollars(costs.filter((cost) => cost.item === item))
}

/** Dollars to the cent, so that a column can be added up. */
function cents(dollars: number): string {
  if (dollars > 0 && dollars < 0.005) return '< 0.01'
  return dollars.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}

function countText(count: number): string {
  return count.toLocaleString('en-US')
}
