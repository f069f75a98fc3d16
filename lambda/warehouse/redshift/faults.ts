import type { FaultKind } from '../../ports'

interface FaultRule {
  readonly code?: RegExp
  readonly text?: RegExp
  readonly kind: FaultKind
  /** What a person can do about it. */
  readonly remedy?: string
}

/**
 * What Redshift, node-postgres and Node say, and what that means for the load. The first rule that fits decides; where a
 * rule has a code and a text, both must fit. Codes are SQLSTATEs or Node's; much comes as XX000, so the documented text decides.
 */
const RULES: readonly FaultRule[] = [
  // The store of the secret, for reasons of its own.
  {
    code: /^(Throttling|TooManyRequests|RequestLimitExceeded|Timeout|InternalServerError|ServiceUnavailable)/,
    kind: 'passing',
  },
  // Who am I: the password is wrong or the login is refused.
  {
    code: /^28/,
    kind: 'set-up',
    remedy: 'check the user, and put its current password into the parameter that the warehouse names',
  },
  {
    text: /authenticationOk message type 13/,
    kind: 'set-up',
    remedy: 'this user has a sha256 password, which the driver cannot use: give it an md5 password',
  },
  { text: /password authentication failed/i, kind: 'set-up', remedy: 'check user and password' },
  // The server's certificate.
  {
    code: /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_HAS_EXPIRED|ERR_TLS_CERT_ALTNAME_INVALID)$/,
    kind: 'set-up',
    remedy:
      'the certificate of the warehouse is not trusted: name its authority in tls.ca, or its real endpoint in tls.serverName',
  },
  { text: /server does not support SSL/i, kind: 'set-up', remedy: 'the warehouse must accept TLS' },
  { code: /^ENOTFOUND$/, kind: 'set-up', remedy: 'the host name of the warehouse does not resolve' },
  // Out of time or cancelled; before the conflicts, since the text holds the number of the query.
  { code: /^57014$/, kind: 'too-long' },
  { text: /cancel+ed on user'?s request|statement timeout/i, kind: 'too-long' },
  // Conflicts with other transactions.
  { code: /^(40001|40P01)$/, kind: 'passing' },
  { text: /(^|ERROR: *)1023\b|serializable isolation violation/i, kind: 'passing' },
  { text: /could not complete because of conflict with concurrent transaction/i, kind: 'passing' },
  { text: /deadlock detected/i, kind: 'passing' },
  { text: /\b1018\b.*does not exist/i, kind: 'passing' },
  // Ended by an administrator, too many connections, no connection.
  { code: /^(57P0[1-5]|53[0-9A-Z]{3}|55P03|08[0-9A-Z]{3})$/, kind: 'passing' },
  {
    code: /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|EAI_AGAIN)$/,
    kind: 'passing',
    remedy: 'the warehouse cannot be reached: is it paused, and may the loader reach it through its network?',
  },
  {
    text: /connection (terminated|ended)|timeout expired|connection timeout|read timeout|not queryable|disconnected before secure TLS/i,
    kind: 'passing',
  },
  // What S3 says; before the data, since the errors of Spectrum say it in their details.
  { text: /NoSuchKey|specified key does not exist|mandatory url is not present/i, kind: 'gone' },
  { text: /file size in the manifest does not match/i, kind: 'gone' },
  { text: /NoSuchBucket|specified bucket does not exist/i, kind: 'set-up', remedy: 'the bucket is not there' },
  {
    text: /Access ?Denied|\bForbidden\b|not authorized to (assume|perform)|is not (authorized|associated)|AssumeRole/i,
    kind: 'set-up',
    remedy: 'the COPY role must be attached to the warehouse and may need to read the bucket and its key',
  },
  { text: /SlowDown|ServiceUnavailable|reduce your request rate|S3.*(Status 50[03])/i, kind: 'passing' },
  { text: /Load into table '.*' failed/i, kind: 'data' },
  {
    text: /Spectrum Scan Error|invalid version number|incompatible Parquet schema|number of columns|not a parquet file|JSONPath/i,
    kind: 'data',
  },
  { code: /^22/, kind: 'data' },
  // What the database says of the target.
  { code: /^3D000$/, kind: 'set-up', remedy: 'the database is not there' },
  { code: /^3F000$/, kind: 'set-up', remedy: 'create the schema' },
  {
    code: /^42P01$/,
    kind: 'set-up',
    remedy: 'create the table; its files wait and load by themselves afterwards',
  },
  { code: /^42501$/, kind: 'set-up', remedy: 'grant INSERT on the table to the user of the warehouse' },
  { text: /permission denied/i, kind: 'set-up', remedy: 'grant INSERT on the table to the user of the warehouse' },
  {
    text: /relation ".*" does not exist/i,
    kind: 'set-up',
    remedy: 'create the table; its files wait and load by themselves afterwards',
  },
  { code: /^42/, kind: 'set-up', remedy: 'the settings of the route do not fit the table' },
]

/** What an error means, or `undefined` if no rule knows it. */
export function classify(error: {
  readonly code?: string | undefined
  /** Message and detail. */
  readonly text: string
}): { readonly kind: FaultKind; readonly remedy?: string } | undefined {
  return RULES.find(
    ({ code, text }) =>
      (code === undefined || code.test(error.code ?? '')) && (text === undefined || text.test(error.text)),
  )
}
