import type { TargetId } from '../model'
import type { Filename, FilenameInput } from './filename'
import type { Captures } from './glob'
import type { Pattern } from './pattern'
import type { Template } from './template'

/** The part of an `into` that routing reads. Whatever else it holds is passed through untouched. */
export interface Into {
  /** @default the only warehouse */
  readonly warehouse?: string | undefined
  /** May name captures: `raw_{region}`. @default '{schema}' if match captures it, else 'public' */
  readonly schema?: string | undefined
  /** May name captures, and the schema in front of a dot: `crm.contacts`. @default '{table}' */
  readonly table?: string | undefined
}

/** One route as a person writes it. */
export interface RouteInput<I extends Into = Into> {
  /**
   * The whole key, file name included: `sales/{table}/dt=*` + `/**`. `*` is any run of characters but `/`, `{name}` the same
   * but at least one, kept for `into`; `**` is any number of folders, and at the end everything below; a trailing `/`
   * means the same. There is no way to write a literal `*`, `{` or `}`: a `*` stands for them.
   */
  readonly match: string
  /** Narrows the file's name further. A text is a glob that knows only `*`; a regex may match anywhere in the name. */
  readonly filename?: FilenameInput | undefined
  /** What becomes of files that were there before the route. @default 'leave' */
  readonly existing?: 'load' | 'leave' | undefined
  readonly into: I | readonly I[]
}

/** Which keys a route takes. */
export interface Matcher {
  readonly pattern: Pattern
  readonly filename?: Filename
}

/** A route that was checked and is ready to be asked. */
export interface Route<I extends Into = Into> extends Matcher {
  /** Its match and filename as they were written, for logs and people. */
  readonly id: string
  readonly existing: 'load' | 'leave'
  readonly targets: readonly RouteTarget<I>[]
}

/** One target of a route; schema and table are known when a key fills in their captures. */
export interface RouteTarget<I extends Into = Into> {
  readonly warehouse: string
  readonly schema: Template
  readonly table: Template
  /** As it was written. */
  readonly into: I
}

/** Something wrong with the settings, and where: `routes[1].match`. */
export interface Problem {
  readonly path: string
  readonly message: string
}

/** What routing says about a key. */
export type RouteDecision<I extends Into = Into> =
  | {
      readonly kind: 'routed'
      readonly route: Route<I>
      /** As they are in the key, not folded. */
      readonly captures: Captures
      /** At least one, all different. */
      readonly targets: readonly RoutedTarget<I>[]
    }
  | { readonly kind: 'unrouted'; readonly why: WhyUnrouted; readonly message: string }

/** A table that a key is to be loaded into. Schema and table are folded to lower case. */
export interface RoutedTarget<I extends Into = Into> {
  readonly target: TargetId
  readonly schema: string
  readonly table: string
  readonly into: I
}

export type WhyUnrouted =
  /** No route matches the key. */
  | 'NO_ROUTE'
  /** The key names a schema or table that is no plain identifier. */
  | 'NOT_AN_IDENTIFIER'
  /** The key names a schema or table that belongs to the warehouse or to Penstock. */
  | 'RESERVED_NAME'
  /** Routes with different regexes both match, or two targets of the route turn out to be the same table. */
  | 'AMBIGUOUS'
