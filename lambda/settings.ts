import * as z from 'zod'
import type { Thresholds } from './batch/thresholds'
import { isRecord, PenstockError } from './errors'
import type { S3Url } from './model'
import { compileRoutes } from './route/compile-routes'
import type { Problem, Route, RouteInput, Into as RoutingInto } from './route/route'
import { clashesOf } from './settings-clashes'
import * as told from './settings-problems'

export type { Problem }

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

const MAX_FILES_PER_BATCH = 5_000
const MAX_WINDOW_SECONDS = 7 * 24 * 3600

const thresholds = z.strictObject({
  files: z.number().int().min(1).max(MAX_FILES_PER_BATCH).optional(),
  bytes: bytes.optional(),
  seconds: z.number().int().min(0).max(MAX_WINDOW_SECONDS).optional(),
})

const arn = z.string().regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'an SNS topic is named by its ARN')
const notify = z.strictObject({ success: arn.optional(), failure: arn.optional() })

const line = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => !/[\r\n]/.test(text) && !text.includes('\0'), 'it holds a line end or a NUL')
const dates = { dateFormat: line(64).min(1).optional(), timeFormat: line(64).min(1).optional() }
const csv = z.strictObject({
  delimiter: line(8)
    .min(1)
    .refine((text) => !text.includes('"'), 'a double quote cannot be part of the delimiter')
    .optional(),
  quote: z
    .string()
    .regex(/^[!-~]$/, 'a quote is one ASCII character')
    .optional(),
  headerLines: z.number().int().min(0).max(1_000_000).optional(),
  nullText: line(64).optional(),
  ...dates,
})
const s3Url = (what: string) =>
  z.templateLiteral(['s3://', z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^\\]*$/)], what)
const JSON_PATHS =
  "paths is 'auto', 'auto ignorecase', or the address of a jsonpaths file such as s3://acme-config/paths.json"
const json = z.strictObject({
  paths: z.union([z.enum(['auto', 'auto ignorecase']), s3Url(JSON_PATHS)], JSON_PATHS).optional(),
  ...dates,
})

const plainName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_$]{0,126}$/,
    'a column is named by letters, digits, _ and $, and begins with a letter or _',
  )

const into = z.strictObject({
  warehouse: z.string().optional(),
  schema: z.string().optional(),
  table: z.string().optional(),
  format: z.enum(['csv', 'json', 'parquet']).optional(),
  compression: z.enum(['none', 'gzip', 'bzip2', 'zstd']).optional(),
  csv: csv.optional(),
  json: json.optional(),
  columns: z
    .array(plainName)
    .min(1)
    .max(1_600)
    .refine(
      (names) => new Set(names.map((name) => name.toLowerCase())).size === names.length,
      'a column is named twice',
    )
    .optional(),
  batch: thresholds.optional(),
  notify: notify.optional(),
  overwrites: z.enum(['skip', 'reload']).optional(),
  duplicates: z.enum(['load', 'skip', 'hold']).optional(),
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
const heal = z.strictObject({
  everyMinutes: z.number().int().min(1).max(10_080).default(60),
  afterMinutes: z.number().int().min(0).max(1_440).default(15),
})

const roleArn = z.string().regex(/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'a role is named by its ARN')

const named = (what: string) =>
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, `a ${what} is named by its identifier, not by its host or ARN`)
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region is named like eu-west-1')
const ofCluster = z.strictObject({ cluster: named('cluster'), region: region.optional() })
const ofWorkgroup = z.strictObject({ workgroup: named('workgroup'), region: region.optional() })

const warehouse = z.strictObject({
  kind: z.literal('redshift'),
  host: z
    .string()
    .regex(
      /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/,
      'a host is a name or an address alone: the port has a setting of its own',
    ),
  port: z.number().int().min(1).max(65_535).default(5439),
  database: z.string().min(1),
  /** Needed with a password; without one, IAM says who logs in unless a user of a cluster is named. */
  user: z.string().min(1).optional(),
  passwordParameter: z.string().min(1).optional(),
  /** Temporary credentials by the function's IAM role, for a login without any password. */
  auth: z
    .union([ofCluster, ofWorkgroup], "auth is { cluster: '…' } or { workgroup: '…' }, the identifier of the warehouse")
    .optional(),
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
  batch: thresholds.default({}),
  heal: z.union([z.literal(false), heal], 'heal is false, or a group of settings, { … }').prefault({}),
  notify: notify.default({}),
  csv: csv.default({}),
  json: json.default({}),
})

/** The part of a route that routing reads: it can be looked at whatever else is wrong in it. */
const routingInto = into.pick({ warehouse: true, schema: true, table: true }).strip()
const routing = z.object({
  match: route.shape.match,
  filename: route.shape.filename,
  into: z.union([routingInto, z.array(routingInto).min(1)]),
})

export type SettingsInput = z.input<typeof settingsSchema>
type Document = z.output<typeof settingsSchema>
type WarehouseDocument = Document['warehouses'][string]
export type WarehouseSettings = Omit<WarehouseDocument, 'user' | 'passwordParameter' | 'auth'> & {
  readonly login: Login
}

/** How the loader proves to a warehouse who it is. */
export type Login =
  /** A user of the warehouse, whose password lies in an SSM parameter. */
  | { readonly kind: 'password'; readonly user: string; readonly parameter: string }
  /** Temporary credentials of a provisioned cluster: for the user, or for one named after the function's role. */
  | { readonly kind: 'cluster'; readonly cluster: string; readonly user?: string; readonly region?: string }
  /** Temporary credentials of Redshift Serverless, where only the role says who logs in. */
  | { readonly kind: 'workgroup'; readonly workgroup: string; readonly region?: string }
export type Into = z.output<typeof into>
export type HealSettings = z.output<typeof heal>

/** The settings, checked and made ready for use. */
export interface Settings {
  readonly name: string
  readonly bucket: string
  readonly work: S3Url
  readonly warehouses: Readonly<Record<string, WarehouseSettings>>
  readonly routes: readonly Route<Into>[]
  readonly batch: Thresholds
  /** `false`: S3 is never listed. */
  readonly heal: HealSettings | false
  readonly notify: { readonly success?: string | undefined; readonly failure?: string | undefined }
  readonly csv: Document['csv']
  readonly json: Document['json']
}

/** What holds where neither the environment nor the route says otherwise. */
const DEFAULT_THRESHOLDS: Thresholds = { files: 100, bytes: 1_000_000_000, seconds: 60 }

/**
 * Checks a settings document; every problem is told at once, those of the routes too when something else is wrong.
 * `alsoKnown` are names that an unknown one may have meant, besides the document's own.
 */
export function readSettings(
  document: unknown,
  alsoKnown: readonly string[] = [],
):
  | { readonly kind: 'valid'; readonly settings: Settings }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] } {
  const parsed = settingsSchema.safeParse(document, told.TOLD)
  const clashes = clashesOf(document)
  if (!parsed.success) {
    const others = parsed.error.issues.flatMap((issue) => problemsOf(issue, alsoKnown))
    return { kind: 'invalid', problems: [...others, ...clashes, ...routingProblemsOf(document)] }
  }
  const { routes, problems } = compileRoutes<Into>(parsed.data.routes, {
    warehouses: Object.keys(parsed.data.warehouses),
  })
  if (clashes.length + problems.length > 0) return { kind: 'invalid', problems: [...clashes, ...problems] }
  const { name, work, batch } = parsed.data
  return {
    kind: 'valid',
    settings: {
      ...parsed.data,
      // What lies under it is the loader's own; without the slash, names that begin alike would be too.
      work: (work.endsWith('/') ? work : `${work}/`) as S3Url,
      warehouses: Object.fromEntries(
        Object.entries(parsed.data.warehouses).map(([id, { user, passwordParameter, auth, ...one }]) => [
          id,
          { ...one, login: loginOf({ user, auth, parameter: passwordParameter ?? passwordParameterOf(name, id) }) },
        ]),
      ),
      routes,
      batch: mergeThresholds(batch, DEFAULT_THRESHOLDS),
    },
  }
}

/** What contradicts itself was refused before. */
function loginOf({
  user = '',
  auth,
  parameter,
}: Pick<WarehouseDocument, 'user' | 'auth'> & { readonly parameter: string }): Login {
  if (auth === undefined) return { kind: 'password', user, parameter }
  const place = auth.region === undefined ? {} : { region: auth.region }
  if ('workgroup' in auth) return { kind: 'workgroup', workgroup: auth.workgroup, ...place }
  return { kind: 'cluster', cluster: auth.cluster, ...(user === '' ? {} : { user }), ...place }
}

/** The settings of a document that was checked when it was written; throws `MALFORMED_SETTINGS` with every problem. */
export function settingsFrom(document: unknown): Settings {
  const read = readSettings(document)
  if (read.kind === 'valid') return read.settings
  const list = read.problems.map(({ path, message }) => `\n  ${path}: ${message}`).join('')
  throw new PenstockError('MALFORMED_SETTINGS', `the settings cannot be used:${list}`)
}

/** Where a warehouse's password lies in SSM unless the settings say otherwise. */
export function passwordParameterOf(environment: string, warehouseId: string): string {
  return `/penstock/${environment}/${warehouseId}/password`
}

/** Thresholds as given, what is absent taken from the others. */
export function mergeThresholds(
  given: {
    readonly files?: number | undefined
    readonly bytes?: number | undefined
    readonly seconds?: number | undefined
  },
  others: Thresholds,
): Thresholds {
  return {
    files: given.files ?? others.files,
    bytes: given.bytes ?? others.bytes,
    seconds: given.seconds ?? others.seconds,
  }
}

/** What is wrong with the routes of a document in which something else is wrong: each that can be read is looked at. */
function routingProblemsOf(document: unknown): readonly Problem[] {
  if (!isRecord(document) || !Array.isArray(document['routes'])) return []
  const { routes, warehouses } = document
  const readable = routes.map((one: unknown): RouteInput<RoutingInto> | undefined => routing.safeParse(one).data)
  return compileRoutes(readable, { warehouses: isRecord(warehouses) ? Object.keys(warehouses) : undefined }).problems
}

/** What a person is told of an issue; `alsoKnown` are names that an unknown one may have meant. */
export function problemsOf(issue: z.core.$ZodIssue, alsoKnown: readonly string[] = []): readonly Problem[] {
  return told.problemsOf(issue, [...KNOWN_KEYS, ...alsoKnown])
}

const KNOWN_KEYS = [
  settingsSchema,
  warehouse,
  warehouse.shape.tls.unwrap(),
  ofCluster,
  ofWorkgroup,
  route,
  regex,
  into,
  thresholds,
  heal,
  notify,
  csv,
  json,
].flatMap(({ shape }) => Object.keys(shape))

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }

function sizeInBytes(text: string): number {
  const [, amount, unit] = /^([\d.]+) ?([A-Z]+)$/.exec(text) ?? []
  return Math.round(Number(amount) * (UNITS[unit ?? 'B'] ?? 1))
}
