import * as z from 'zod'
import { MAX_FILES_PER_BATCH } from './batch/thresholds'
import { FORMAT_KEYS, groups, s3Url, tableOptions } from './settings-formats'
import { LOAD_KEYS, loadOptions } from './settings-load'

const SIZE = 'a size is a whole number of bytes, or a text such as "500 MB" or "1 GB"; the units are B, KB, MB and GB'
const bytes = z.union(
  [
    z.number().int().positive(),
    z
      .string()
      .regex(/^\d+(\.\d+)? ?(B|KB|MB|GB)$/)
      .transform((text) => sizeInBytes(text))
      .refine((size) => size > 0, SIZE),
  ],
  SIZE,
)

const MAX_WINDOW_SECONDS = 7 * 24 * 3600

const thresholds = z.strictObject({
  files: z.number().int().min(1).max(MAX_FILES_PER_BATCH).optional(),
  bytes: bytes.optional(),
  seconds: z.number().int().min(0).max(MAX_WINDOW_SECONDS).optional(),
})

const arn = z.string().regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'an SNS topic is named by its ARN')
const notify = z.strictObject({ success: arn.optional(), failure: arn.optional() })

export const into = z.strictObject({
  warehouse: z.string().optional(),
  schema: z.string().optional(),
  table: z.string().optional(),
  format: z.object(groups).keyof().optional(),
  compression: z.enum(['none', 'gzip', 'bzip2', 'lzop', 'zstd']).optional(),
  ...z.object(groups).partial().shape,
  ...tableOptions,
  ...loadOptions,
  batch: thresholds.optional(),
  notify: notify.optional(),
  overwrites: z.enum(['skip', 'reload']).optional(),
  duplicates: z.enum(['load', 'skip', 'hold']).optional(),
})

/** What lies under a prefix, loaded into one table: once, or each day. */
const bulk = z.strictObject({
  prefix: z.string(),
  into,
  daily: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day is written in UTC by hours and minutes, such as '02:30'")
    .optional(),
  daysBack: z.number().int().min(0).max(31).optional(),
})

const regex = z.strictObject({ regex: z.string(), flags: z.string().optional() })

const route = z.strictObject({
  match: z.string(),
  filename: z
    .union(
      [z.string(), regex],
      "a filename is a text such as '*.csv', or a regular expression such as { regex: '^\\\\d{8}[.]csv$' }",
    )
    .optional(),
  existing: z.enum(['load', 'leave']).optional(),
  into: z.union([into, z.array(into).min(1)], 'into is one target, { … }, or a list of them'),
})

/** How often S3 is listed for files that no event announced, and how long an event may take before its file counts as one. */
export const heal = z.strictObject({
  everyMinutes: z.number().int().min(1).max(10_080).default(60),
  afterMinutes: z.number().int().min(0).max(1_440).default(15),
})

const roleArn = z.string().regex(/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'a role is named by its ARN')

const named = (what: string) =>
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, `a ${what} is named by its identifier, not by its host or ARN`)
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region is named like eu-west-1')
const ofCluster = z.strictObject({ cluster: named('cluster'), region: region.optional() })
const ofWorkgroup = z.strictObject({ workgroup: named('workgroup'), region: region.optional() })

const secretArn = z
  .string()
  .regex(
    /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/,
    'a secret is named by its ARN, arn:aws:secretsmanager:…:secret:…',
  )

export const warehouse = z.strictObject({
  kind: z.literal('redshift'),
  /** `data-api`: statements are handed to the Redshift Data API, and nobody waits for them. */
  via: z.enum(['pg', 'data-api']).default('pg'),
  /** Needed with `pg`. */
  host: z
    .string()
    .regex(
      /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/,
      'a host is a name or an address alone: the port has a setting of its own',
    )
    .optional(),
  port: z.number().int().min(1).max(65_535).default(5439),
  database: z.string().min(1),
  /** Needed with a password; without one, IAM says who logs in unless a user of a cluster is named. */
  user: z.string().min(1).optional(),
  passwordParameter: z.string().min(1).optional(),
  /** Temporary credentials by the function's IAM role, for a login without any password. */
  auth: z
    .union([ofCluster, ofWorkgroup], "auth is { cluster: '…' } or { workgroup: '…' }, the identifier of the warehouse")
    .optional(),
  /** Holds user and password for the Data API. */
  secretArn: secretArn.optional(),
  copyRole: z
    .union(
      [z.literal('default'), roleArn.transform((one) => [one]), z.array(roleArn).min(1)],
      "a role is 'default', or named by its ARN such as arn:aws:iam::111111111111:role/penstock-copy; a list of ARNs is a chain",
    )
    .default('default'),
  filesRegion: z.string().optional(),
  tls: z.strictObject({ ca: z.string().optional(), serverName: z.string().optional() }).default({}),
  connectTimeoutSeconds: z.number().int().min(1).max(60).default(10),
})

/** What the loader has to know of an environment: the JSON document that its functions read. */
export const settingsSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, 'an environment is named by at most 31 lower-case letters, digits and -'),
  /** The bucket in which files land: what was never announced is looked for there. */
  bucket: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'a bucket is named by 3–63 lower-case letters, digits, dots and hyphens',
    ),
  /** Where batches keep their objects. What lies under it is never loaded. */
  work: s3Url('work is the address of a folder in S3, such as s3://acme-landing/_penstock/'),
  warehouses: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_-]{0,30}$/, 'a warehouse is named by lower-case letters, digits, - and _'),
      warehouse,
    )
    .refine((all) => Object.keys(all).length > 0, 'name at least one warehouse'),
  routes: z.array(route).default([{ match: '{table}/**', into: {} }]),
  bulk: z.array(bulk).default([]),
  batch: thresholds.default({}),
  heal: z.union([z.literal(false), heal], 'heal is false, or a group of settings, { … }').prefault({}),
  notify: notify.default({}),
  csv: groups.csv.default({}),
  delimited: groups.delimited.default({}),
  fixedwidth: groups.fixedwidth.default({}),
  json: groups.json.default({}),
  avro: groups.avro.default({}),
  orc: groups.orc.default({}),
  parquet: groups.parquet.default({}),
  shapefile: groups.shapefile.default({}),
})

/** The part of a route that routing reads: it can be looked at whatever else is wrong in it. */
export const routingInto = into.pick({ warehouse: true, schema: true, table: true }).strip()
export const routing = z.object({
  match: route.shape.match,
  filename: route.shape.filename,
  into: z.union([routingInto, z.array(routingInto).min(1)]),
})

/** The part of a bulk load that is looked at whatever else is wrong in it. */
export const bulkRouting = z.object({
  prefix: bulk.shape.prefix,
  into: routingInto,
  // What is wrong there is told by the schema.
  daily: bulk.shape.daily.catch('00:00'),
  daysBack: bulk.shape.daysBack.catch(undefined),
})

/** Every name that a document may hold: what an unknown one may have meant. */
export const KNOWN_KEYS: readonly string[] = [
  settingsSchema,
  warehouse,
  warehouse.shape.tls.unwrap(),
  ofCluster,
  ofWorkgroup,
  route,
  bulk,
  regex,
  into,
  thresholds,
  heal,
  notify,
]
  .flatMap(({ shape }) => Object.keys(shape))
  .concat(FORMAT_KEYS, LOAD_KEYS)

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }

function sizeInBytes(text: string): number {
  const [, amount, unit] = /^([\d.]+) ?([A-Z]+)$/.exec(text) ?? []
  return Math.round(Number(amount) * (UNITS[unit ?? 'B'] ?? 1))
}
