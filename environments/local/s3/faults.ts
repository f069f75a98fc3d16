/** One fault to come: the next `times` requests that match fail in the way described. */
export interface Fault<How = Failure> {
  /** The AWS name of the operation, e.g. `PutObject`. @default any operation */
  readonly operation?: string
  /** Only requests that concern this: an S3 `bucket/key` or a table name that contains the text. @default any */
  readonly about?: string
  /** How many requests fail. @default 1 */
  readonly times?: number
  readonly how: How
}

export type Failure =
  /** Refused with this error, nothing has happened. */
  | { readonly kind: 'error'; readonly code: string; readonly status?: number; readonly message?: string }
  /** The connection is cut before anything has happened. */
  | { readonly kind: 'cut' }
  /** It has happened, but the connection is cut instead of the answer. */
  | { readonly kind: 'answer-lost' }

/** The faults that are still to come, oldest first. */
export interface Faults<How = Failure> {
  readonly failNext: (fault: Fault<How>) => void
  /** The failure due for this request, which uses it up. */
  readonly take: (operation: string, about: string) => How | undefined
}

export function makeFaults<How = Failure>(): Faults<How> {
  const waiting: { fault: Fault<How>; left: number }[] = []
  return {
    failNext: (fault) => {
      waiting.push({ fault, left: fault.times ?? 1 })
    },
    take: (operation, about) => {
      const index = waiting.findIndex(
        ({ fault }) =>
          (fault.operation === undefined || fault.operation === operation) && about.includes(fault.about ?? ''),
      )
      const found = waiting[index]
      if (!found) return undefined
      found.left -= 1
      if (found.left <= 0) waiting.splice(index, 1)
      return found.fault.how
    },
  }
}
