import crypto from 'node:crypto'
import { hashed } from './users'

/** A password that ends by itself, under a login of its own. */
export interface TemporaryLogin {
  /** What the client says, e.g. `IAM:penstock`. */
  readonly login: string
  /** Who it is then, e.g. `penstock`. */
  readonly user: string
  readonly untilMs: number
}

/** Logins with temporary credentials: a login may have several passwords at a time, and each ends at its own. */
export interface TemporaryLogins {
  /** Gives a new password. */
  readonly give: (login: TemporaryLogin) => string
  /** What is good now under a name: the user, and what is kept of the password. */
  readonly of: (login: string) => readonly { readonly user: string; readonly hash: string }[]
  /** Ends all that were given. */
  readonly revoke: () => void
}

export function makeTemporaryLogins(now: () => number): TemporaryLogins {
  let given: readonly (TemporaryLogin & { readonly hash: string })[] = []
  return {
    give(login) {
      const password = crypto.randomBytes(24).toString('base64')
      given = [...given.filter(({ untilMs }) => untilMs > now()), { ...login, hash: hashed(login.login, password) }]
      return password
    },
    of: (name) => given.filter(({ login, untilMs }) => login === name && untilMs > now()),
    revoke: () => {
      given = []
    },
  }
}
