import type { Into, RoutedTarget } from '../route/route'
import type { DayPrefix } from './day-prefix'

/** What is to be loaded in bulk, as a person writes it. */
export interface BulkInput<I extends Into = Into> {
  /**
   * What the keys begin with: `history/orders/`, or with a day in it `exports/{yyyy}/{mm}/{dd}/`. It needs no slash at its end,
   * and then takes names that begin so.
   */
  readonly prefix: string
  /** One table, written out. */
  readonly into: I
  /** The time of day, in UTC, at which the prefix is listed each day. @default it is listed once */
  readonly daily?: string | undefined
  /** Of how many days ago the prefix is, if it names a day. @default 1, yesterday */
  readonly daysBack?: number | undefined
}

/** A bulk load that was checked: what lies under a prefix goes into one table, whatever the routes say of it. */
export interface BulkLoad<I extends Into = Into> extends RoutedTarget<I> {
  readonly prefix: DayPrefix
  readonly when: When
}

export type When =
  /** When the settings first name it. */
  | { readonly kind: 'once' }
  | {
      readonly kind: 'daily'
      /** After midnight, UTC. */
      readonly atMs: number
      readonly daysBack: number
    }
