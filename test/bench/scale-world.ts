import type { Arrival, FileRecord, S3Object, TargetId } from '../../lambda/model'
import { type Clients, makeClients } from '../../lambda/platform/clients'
import type { SettingsInput } from '../../lambda/settings'

export const REGION = 'eu-west-1'
export const BUCKET = 'landing'
export const TABLES = { arrivals: 'arrivals', files: 'files', batches: 'batches', targets: 'targets' } as const
export const QUEUES = { wakes: 'wakes', deadWakes: 'wakes-dead', deadObjects: 'objects-dead' } as const

/** Where the emulators listen. */
export interface Endpoints {
  readonly dynamodb: string
  readonly sqs: string
  readonly s3: string
}

export function clientsOf({ dynamodb, sqs, s3 }: Endpoints): Clients {
  return makeClients({
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SQS: sqs,
    AWS_ENDPOINT_URL_S3: s3,
  })
}

/** The target in whose queue a million files wait. */
export const ORDERS: TargetId = 'main/public.orders'
/** The target whose files are all loaded, and compared with what S3 lists. */
export const CONTACTS: TargetId = 'main/public.contacts'
export const CONTACTS_PREFIX = 'contacts/2026/11/'

/** @param name of what is measured: its batches and notes lie apart from those of others */
export function settingsOf(name: string): SettingsInput {
  return {
    name: 'bench',
    bucket: BUCKET,
    work: `s3://landing/_penstock/${name}/`,
    warehouses: { main: { kind: 'redshift', host: 'warehouse.test', database: 'analytics', user: 'penstock' } },
    routes: [
      { match: 'orders/**', existing: 'load', into: { table: 'orders' } },
      { match: `${CONTACTS_PREFIX}**`, existing: 'load', into: { table: 'contacts' } },
      { match: '{table}/**', into: {} },
    ],
    // A look takes in as many as it is asked for.
    batch: { files: 5_000, bytes: 1e15, seconds: 60 },
  }
}

const FIRST_EVENT_MS = Date.UTC(2026, 10, 1)
export const SIZE_BYTES = 48_213

/** The n-th file that waits; the next one comes a millisecond later. */
export function arrival(index: number): Arrival {
  return { target: ORDERS, object: objectOf(`orders/2026/11/01/part-${padded(index)}.csv.gz`, index) }
}

/** The record of the n-th file that was loaded, of {@link contactsKey}. */
export function record(index: number): FileRecord {
  const object = { ...objectOf(contactsKey(index), index), etag: contactsEtag(index) }
  return {
    status: 'loaded',
    target: CONTACTS,
    object,
    batchId: '01KADK3T5Q8ZJ5X7Y2M4N6P8RS',
    atMs: FIRST_EVENT_MS + index,
  }
}

export function contactsKey(index: number): string {
  return `${CONTACTS_PREFIX}part-${padded(index)}.csv.gz`
}

export function contactsEtag(index: number): string {
  return index.toString(16).padStart(32, '0')
}

/** Two days ago: an object that a pass compares, whenever it is run. */
export function listedAt(nowMs: number): Date {
  return new Date(nowMs - 2 * 24 * 3_600_000)
}

function objectOf(key: string, index: number): S3Object {
  return {
    bucket: BUCKET,
    key,
    etag: 'd41d8cd98f00b204e9800998ecf8427e',
    sizeBytes: SIZE_BYTES,
    sequencer: index.toString(16).toUpperCase().padStart(16, '0'),
    eventTimeMs: FIRST_EVENT_MS + index,
  }
}

function padded(index: number): string {
  return String(index).padStart(8, '0')
}
