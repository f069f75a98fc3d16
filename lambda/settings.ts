import type * as z from 'zod'
import type { Thresholds } from './batch/thresholds'
import type { FormatName } from './copy-options'
import { isRecord, PenstockError } from './errors'
import type { S3Url } from './model'
import { compileRoutes } from './route/compile-routes'
import type { Problem, Route, RouteInput, Into as RoutingInto } from './route/route'
import { clashesOf } from './settings-clashes'
import { pathsAmongFiles } from './settings-format-clashes'
import * as told from './settings-problems'
import { type heal, type into, KNOWN_KEYS, routing, settingsSchema, type warehouse } from './settings-schema'

export type { Problem }

export type SettingsInput = z.input<typeof settingsSchema>
type Document = z.output<typeof settingsSchema>
type WarehouseDocument = z.output<typeof warehouse>
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
export interface Settings extends Readonly<Pick<Document, FormatName>> {
  readonly name: string
  readonly bucket: string
  readonly work: S3Url
  readonly warehouses: Readonly<Record<string, WarehouseSettings>>
  readonly routes: readonly Route<Into>[]
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
  const { routes, problems } = compileRoutes<Into>(parsed.data.routes, {
    warehouses: Object.keys(parsed.data.warehouses),
  })
  const misread = pathsAmongFiles(parsed.data, routes)
  if (clashes.length + problems.length + misread.length > 0) {
    return { kind: 'invalid', problems: [...clashes, ...problems, ...misread] }
  }
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
  const known = isRecord(warehouses) ? Object.keys(warehouses) : undefined
  const compiled = compileRoutes(readable, { warehouses: known })
  return [...compiled.problems, ...pathsAmongFiles(document, compiled.routes)]
}

/** What a person is told of an issue; `alsoKnown` are names that an unknown one may have meant. */
export function problemsOf(issue: z.core.$ZodIssue, alsoKnown: readonly string[] = []): readonly Problem[] {
  return told.problemsOf(issue, [...KNOWN_KEYS, ...alsoKnown])
}
