/** The Redshift Data API, for one warehouse and one who logs in to it: statements are handed over, and nobody waits for them. */
export interface DataApi {
  /**
   * Hands statements over as one transaction, or a single one by itself, and returns the id. Asked for again with the same token
   * within 8 hours, it is the same one. Throws {@link NotTaken} if it is certain that it was not taken.
   */
  submit(ask: Submission): Promise<string>
  /** Hands over a statement whose rows are wanted soon; returns its id. */
  execute(sql: string): Promise<string>
  /** What has become of it, after so long at most; `undefined` if nobody knows it any more: after 24 hours. */
  describe(id: string, waitSeconds?: number): Promise<Described | undefined>
  /** All rows of a statement, or of one of a batch, which has an id of its own; `undefined` if they are not kept any more. */
  rows(id: string): Promise<readonly Record<string, unknown>[] | undefined>
  /** The id of the latest statement of exactly this name that is known, be it running or over. */
  named(name: string): Promise<string | undefined>
  /** Asks for the end of a statement; what became of it, only {@link describe} tells. */
  cancel(id: string): Promise<void>
}

export interface Submission {
  readonly statements: readonly string[]
  /** One transaction, or each statement by itself. */
  readonly as: 'transaction' | 'alone'
  /** 1–64 characters. */
  readonly token: string
  /** At most 2,048 characters. */
  readonly name: string
}

/** How far a statement is. None leaves one of the last three. */
export type Status = 'SUBMITTED' | 'PICKED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED'

export interface Described {
  readonly status: Status
  readonly error?: string
  readonly durationMs: number
  /** When it was last seen to go on or to end. */
  readonly updatedAtMs: number
  /** Whether there are rows, even if they are none. */
  readonly hasRows: boolean
  /** The statements of a batch, in their order. */
  readonly parts: readonly Part[]
}

/** One statement of a batch. */
export interface Part {
  readonly id: string
  readonly text: string
  readonly status: Status
  readonly error?: string
  /** The number of the query in the warehouse, where it is known. */
  readonly queryId?: number
}

/** The service has answered that it does not take what it was asked for, and it has not taken it at an earlier try either. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken'
  constructor(
    readonly code: string,
    message: string,
    options: { readonly cause: unknown },
  ) {
    super(message, options)
  }
}
