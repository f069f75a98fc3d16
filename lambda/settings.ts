import { z } from 'zod'
import type { Thresholds } from './batch/thresholds'
import { PenstockError } from './errors'
import type { S3Url } from './model'
import { compileRoutes } from './route/compile-routes'
import { didYouMean } from './route/did-you-mean'
import type { Route } from './route/route'

/** A problem in the settings: where it is, what is wrong, and what would be right. */
export interface Problem {
  readonly path: string
  readonly message: string
}

const bytes = z.union([
  z.number().int().positive(),
  z
    .string()
    .regex(/^\d+(\.\d+)? ?(B|KB|MB|GB)$/, 'a size is a number of bytes, or a text such as "500 MB" or "1 GB"')
    .transform((text) => sizeInBytes(text)),
])

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
const s3Url = z.templateLiteral(['s3://', z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^\\]*$/)])
const json = z.strictObject({
  paths: z.union([z.enum(['auto', 'auto ignorecase']), s3Url]).optional(),
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
})

const route = z.strictObject({
  match: z.string(),
  filename: z.union([z.string(), z.strictObject({ regex: z.string(), flags: z.string().optional() })]).optional(),
  into: z.union([into, z.array(into).min(1)]),
})

const roleArn = z.string().regex(/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'a role is named by its ARN')

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
  user: z.string().min(1),
  passwordParameter: z.string().min(1).optional(),
  copyRole: z
    .union([z.literal('default'), roleArn.transform((one) => [one]), z.array(roleArn).min(1)])
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
  /** Where batches keep their objects. What lies under it is never loaded. */
  work: s3Url,
  warehouses: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_-]{0,30}$/, 'a warehouse is named by lower-case letters, digits, - and _'),
      warehouse,
    )
    .refine((all) => Object.keys(all).length > 0, 'name at least one warehouse'),
  routes: z.array(route).default([{ match: '{table}/**', into: {} }]),
  batch: thresholds.default({}),
  notify: notify.default({}),
  csv: csv.default({}),
  json: json.default({}),
})

/** What has to be right before the routes can be looked at. */
const routingSchema = z.object({ routes: settingsSchema.shape.routes, warehouses: z.record(z.string(), z.unknown()) })

export type SettingsInput = z.input<typeof settingsSchema>
type Document = z.output<typeof settingsSchema>
export type WarehouseSettings = Document['warehouses'][string] & { readonly passwordParameter: string }
export type Into = z.output<typeof into>

/** The settings, checked and made ready for use. */
export interface Settings {
  readonly name: string
  readonly work: S3Url
  readonly warehouses: Readonly<Record<string, WarehouseSettings>>
  readonly routes: readonly Route<Into>[]
  readonly batch: Thresholds
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
  const parsed = settingsSchema.safeParse(document)
  const routing = parsed.success ? parsed : routingSchema.safeParse(document)
  const { routes, problems } = routing.success
    ? compileRoutes<Into>(routing.data.routes, { warehouses: Object.keys(routing.data.warehouses) })
    : { routes: [], problems: [] }
  if (!parsed.success) {
    const others = parsed.error.issues.flatMap((issue) => problemsOf(issue, alsoKnown))
    return { kind: 'invalid', problems: [...others, ...problems] }
  }
  if (problems.length > 0) return { kind: 'invalid', problems }
  const { name, work, batch } = parsed.data
  return {
    kind: 'valid',
    settings: {
      ...parsed.data,
      // What lies under it is the loader's own; without the slash, names that begin alike would be too.
      work: (work.endsWith('/') ? work : `${work}/`) as S3Url,
      warehouses: Object.fromEntries(
        Object.entries(parsed.data.warehouses).map(([id, one]) => [
          id,
          { ...one, passwordParameter: one.passwordParameter ?? passwordParameterOf(name, id) },
        ]),
      ),
      routes,
      batch: mergeThresholds(batch, DEFAULT_THRESHOLDS),
    },
  }
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

/** One problem per unknown key, so that each is named where it stands. */
export function problemsOf(issue: z.core.$ZodIssue, alsoKnown: readonly string[] = []): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathText([...issue.path, key]),
      message: `there is no setting ${JSON.stringify(key)}${didYouMean(key, [...KNOWN_KEYS, ...alsoKnown])}`,
    }))
  }
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.map((branch) => branch.flatMap((inner) => problemsOf(inner, alsoKnown)))
    const closest = branches.sort((a, b) => a.length - b.length)[0] ?? []
    if (closest.length > 0) {
      return closest.map(({ path, message }) => ({ path: pathText([...issue.path, path]), message }))
    }
  }
  return [{ path: pathText(issue.path), message: issue.message }]
}

const KNOWN_KEYS = [
  settingsSchema,
  warehouse,
  warehouse.shape.tls.unwrap(),
  route,
  into,
  thresholds,
  notify,
  csv,
  json,
].flatMap(({ shape }) => Object.keys(shape))

/** `routes[1].into.csv.delimiter`. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .filter((part) => part !== '')
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`))
    .join('')
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }

function sizeInBytes(text: string): number {
  const [, amount, unit] = /^([\d.]+) ?([A-Z]+)$/.exec(text) ?? []
  return Math.round(Number(amount) * (UNITS[unit ?? 'B'] ?? 1))
}
