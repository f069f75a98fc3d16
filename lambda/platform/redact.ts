/** Keeps secrets out of what leaves the process: by the name of a field, by the look of a text, and by their value. */
export interface Redactor {
  /** From now on this value is hidden wherever it stands. */
  learn(secret: string): void
  text(text: string): string
  /** A copy that is safe to print, whatever is in it: plain data, errors as objects with their causes. */
  fields(fields: Readonly<Record<string, unknown>>): Record<string, unknown>
}

const HIDDEN = '[redacted]'

/** Names that end like this hold secrets. `passwordParameter` does not: it names where one lies. */
const SECRET_NAME =
  /(passw(or)?d|pwd|secret|credentials?|authorization|private_?key|secret_?(access_?)?key|(session|security|auth|bearer)_?token)$/i

/** Texts that give secrets away: URLs with a password, SQL and COPY clauses, keys of AWS, signed URLs. */
const SECRET_TEXTS: readonly RegExp[] = [
  /(?<=:\/\/[^\s:/@]*:)[^\s/]+(?=@)/g,
  /(?<=\b(?:password|identified by|credentials|secret_access_key|session_token)\s*(?:as\s+|=\s*)?')(?:[^']|'')*(?=')/gi,
  /(?<=\b(?:password|aws_secret_access_key|aws_access_key_id|secret_access_key|session_token|token)=)[^\s;&'"]+/gi,
  /(?<=\bX-Amz-(?:Signature|Security-Token|Credential)=)[^\s&"']+/gi,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
]

/** A secret shorter than this would black out half of every line. Redshift's shortest password has 8. */
const SHORTEST_SECRET = 4
const DEEPEST = 8

/** A redactor that knows no secret values yet. */
export function makeRedactor(): Redactor {
  let secrets: readonly string[] = []

  const text = (said: string): string => {
    let safe = said
    for (const secret of secrets) safe = safe.replaceAll(secret, HIDDEN)
    for (const pattern of SECRET_TEXTS) safe = safe.replace(pattern, HIDDEN)
    return safe
  }

  const value = (given: unknown, depth: number): unknown => {
    if (typeof given === 'string') return text(given)
    if (typeof given === 'bigint') return String(given)
    if (typeof given !== 'object' || given === null) return given
    if (depth >= DEEPEST) return '[deeper]'
    if (given instanceof Date) return Number.isNaN(given.getTime()) ? null : given.toISOString()
    if (given instanceof Error) return value(fieldsOf(given), depth + 1)
    if (given instanceof Map || given instanceof Set) return value([...given], depth + 1)
    if (Array.isArray(given)) return given.map((each) => value(each, depth + 1))
    return fields(given, depth)
  }

  const fields = (given: object, depth = 0): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(given).map(([name, each]) => [
        text(name),
        SECRET_NAME.test(name) && each !== undefined && each !== null ? HIDDEN : value(each, depth + 1),
      ]),
    )

  return {
    learn(secret) {
      if (secret.length < SHORTEST_SECRET) return
      // As it is, as a URL holds it, as JSON holds it.
      const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]
      // The longest first: a secret may begin with another one.
      secrets = [...new Set([...secrets, ...forms])].sort((a, b) => b.length - a.length)
    },
    text,
    fields: (given) => fields(given),
  }
}

function fieldsOf(error: Error): Record<string, unknown> {
  const code = 'code' in error ? { code: error.code } : {}
  const cause = error.cause === undefined ? {} : { cause: error.cause }
  return { name: error.name, ...code, message: error.message, stack: error.stack, ...cause }
}
