import type * as z from 'zod'
import type { Thresholds } from './batch/thresholds'
import type { BulkInput, BulkLoad } from './bulk/bulk-load'
import { compileBulk } from './bulk/compile-bulk'
import type { FormatName } from './copy-options'
import { isRecord, PenstockError } from './errors'
import type { S3Url } from './model'
import { compileRoutes } from './route/compile-routes'
import type { Problem, Route, RouteInput, Into as RoutingInto } from './route/route'
import { clashesOf } from './settings-clashes'
import { pathsAmongFiles } from './settings-format-clashes'
import * as told from './settings-problems'
import {
  bulkRouting,
  type heal,
  type into,
  KNOWN_KEYS,
  routing,
  settingsSchema,
  type warehouse,
} from './settings-schema'

export type { Problem }

export type SettingsInput = z.input<typeof settingsSchema>
type Document = z.output<typeof settingsSchema>
type WarehouseDocument = z.output<typeof warehouse>
/** A warehouse, by the way in which it is reached. */
export type WarehouseSettings = OverPgSettings | OverDataApiSettings
type Common = Pick<WarehouseDocument, 'kind' | 'database' | 'copyRole' | 'filesRegion'>
export type OverPgSettings = Common &
  Pick<WarehouseDocument, 'port' | 'tls' | 'connectTimeoutSeconds'> & {
    readonly via: 'pg'
    readonly host: string
    readonly login: Login
  }
export type OverDataApiSettings = Common & { readonly via: 'data-api'; readonly login: DataApiLogin }

/** How the loader proves to a warehouse who it is. */
export type Login =
  /** A user of the warehouse, whose password lies in an SSM parameter. */
  | { readonly kind: 'password'; readonly user: string; readonly parameter: string }
  /** Temporary credentials of a provisioned cluster: for the user, or for one named after the function's role. */
  | { readonly kind: 'cluster'; readonly cluster: string; readonly user?: string; readonly region?: string }
  /** Temporary credentials of Redshift Serverless, where only the role says who logs in. */
  | { readonly kind: 'workgroup'; readonly workgroup: string; readonly region?: string }

/** Which warehouse the Data API asks, and as whom: a secret's user, a user of a cluster, or the function's role. */
export type DataApiLogin = Exclude<Login, { readonly kind: 'password' }> & { readonly secretArn?: string }

export type Into = z.output<typeof into>
export type HealSettings = z.output<typeof heal>

/** The settings, checked and made ready for use. */
export interface Settings extends Readonly<Pick<Document, FormatName>> {
  readonly name: string
  readonly bucket: string
  readonly work: S3Url
  readonly warehouses: Readonly<Record<string, WarehouseSettings>>
  readonly routes: readonly Route<Into>[]
  /** What is loaded by listing a prefix, the longest prefix first. */
  readonly bulk: readonly BulkLoad<Into>[]
  readonly batch: Thresholds
  /** `false`: S3 is never listed. */
  readonly heal: HealSettings | false
  readonly notify: { readonly success?: string | undefined; readonly failure?: string | undefined }
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
  const warehouses = Object.keys(parsed.data.warehouses)
  const compiled = compileRoutes<Into>(parsed.data.routes, { warehouses })
  const { routes } = compiled
  const { name, bucket, work, batch } = parsed.data
  const bulk = compileBulk<Into>(parsed.data.bulk, { warehouses, bucket, work, routes })
  const problems = [...compiled.problems, ...bulk.problems]
  const misread = pathsAmongFiles(parsed.data, routes, bulk.loads)
  if (clashes.length + problems.length + misread.length > 0) {
    return { kind: 'invalid', problems: [...clashes, ...problems, ...misread] }
  }
  return {
    kind: 'valid',
    settings: {
      ...parsed.data,
      // What lies under it is the loader's own; without the slash, names that begin alike would be too.
      work: (work.endsWith('/') ? work : `${work}/`) as S3Url,
      warehouses: Object.fromEntries(
        Object.entries(parsed.data.warehouses).map(([id, one]) => [
          id,
          warehouseOf(one, passwordParameterOf(name, id)),
        ]),
      ),
      routes,
      bulk: bulk.loads,
      batch: mergeThresholds(batch, DEFAULT_THRESHOLDS),
    },
  }
}

function warehouseOf(given: WarehouseDocument, parameter: string): WarehouseSettings {
  const {
    via,
    host = '',
    user,
    auth,
    passwordParameter,
    secretArn,
    port,
    tls,
    connectTimeoutSeconds,
    ...common
  } = given
  const login = loginOf({ user, auth, parameter: passwordParameter ?? parameter })
  if (via === 'pg' || login.kind === 'password')
    return { ...common, via: 'pg', host, port, tls, connectTimeoutSeconds, login }
  return { ...common, via, login: { ...login, ...(secretArn === undefined ? {} : { secretArn }) } }
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

/** What is wrong with the routes and bulk loads of a document in which something else is wrong: each that can be read is looked at. */
function routingProblemsOf(document: unknown): readonly Problem[] {
  if (!isRecord(document)) return []
  const { warehouses, bucket, work } = document
  const readable = listOf(document['routes']).map(
    (one): RouteInput<RoutingInto> | undefined => routing.safeParse(one).data,
  )
  const known = isRecord(warehouses) ? Object.keys(warehouses) : undefined
  const compiled = compileRoutes(readable, { warehouses: known })
  const bulk = compileBulk(
    listOf(document['bulk']).map((one): BulkInput | undefined => bulkRouting.safeParse(one).data),
    {
      warehouses: known,
      bucket: String(bucket),
      work: (typeof work === 'string' ? work : 's3://') as S3Url,
      routes: compiled.routes,
    },
  )
  return [...compiled.problems, ...bulk.problems, ...pathsAmongFiles(document, compiled.routes, bulk.loads)]
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** What a person is told of an issue; `alsoKnown` are names that an unknown one may have meant. */
export function problemsOf(issue: z.core.$ZodIssue, alsoKnown: readonly string[] = []): readonly Problem[] {
  return told.problemsOf(issue, [...KNOWN_KEYS, ...alsoKnown])
}
