import type { FaultKind } from '../../ports'
import { withoutNames } from './without-names'

interface FaultRule {
  readonly code?: RegExp
  readonly text?: RegExp
  readonly kind: FaultKind
  /** What a person can do about it. */
  readonly remedy?: string
}

const READ_FILES = 'the COPY role must be attached to the warehouse and may need to read the bucket and its key'
const GRANT =
  'grant INSERT on the table to the user of the warehouse, DELETE as well to replace it, SELECT, UPDATE and DELETE to merge'
const CREATE_TABLE = 'create the table; its files wait and load by themselves afterwards'

/** What AWS and Node name. Nothing that a warehouse says bears such a code. */
const BY_NAME: readonly FaultRule[] = [
  // Its message says what is missing.
  { code: /^CREDENTIALS_DENIED$/, kind: 'set-up' },
  {
    code: /^(Throttling|TooManyRequests|RequestLimitExceeded|Timeout|InternalServer|InternalFailure|ServiceUnavailable)/,
    kind: 'passing',
  },
  { code: /^Active(Statements|WaitingRequests|Sessions)Exceeded/, kind: 'passing' },
  // The Data API, of its own surroundings; and what we call it when it says that the warehouse takes nothing now.
  { code: /^((Batch)?ExecuteStatement|DatabaseConnection|QueryTimeout)Exception$/, kind: 'passing' },
  {
    code: /^WAREHOUSE_PAUSED$/,
    kind: 'passing',
    remedy: 'its files wait, and load by themselves once it takes statements again',
  },
  {
    code: /^AccessDenied/,
    kind: 'set-up',
    remedy: 'the function needs the right to read the parameter of the password and its key',
  },
  {
    code: /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_HAS_EXPIRED|ERR_TLS_CERT_ALTNAME_INVALID)$/,
    kind: 'set-up',
    remedy:
      'the certificate of the warehouse is not trusted: name its authority in tls.ca, or its real endpoint in tls.serverName',
  },
  { code: /^ENOTFOUND$/, kind: 'set-up', remedy: 'the host name of the warehouse does not resolve' },
  {
    code: /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|EAI_AGAIN)$/,
    kind: 'passing',
    remedy: 'the warehouse cannot be reached: is it paused, and may the loader reach it through its network?',
  },
]

/** SQLSTATEs that say enough: then no text is looked at, which may hold a value of somebody's file. */
const BY_SQLSTATE: readonly FaultRule[] = [
  // What to do depends on the way of the login, which says so itself.
  { code: /^28/, kind: 'set-up' },
  { code: /^57014$/, kind: 'too-long' },
  // Serialization, deadlock; a transaction that is broken already or read-only for now; ended from outside; no room, no connection.
  { code: /^(40001|40P01|25P0[23]|25006|57P0[1-5]|53[0-9A-Z]{3}|55P03|08[0-9A-Z]{3})$/, kind: 'passing' },
  { code: /^(22|23)/, kind: 'data' },
  { code: /^3D000$/, kind: 'set-up', remedy: 'the database is not there' },
  { code: /^3F000$/, kind: 'set-up', remedy: 'create the schema' },
  { code: /^42P01$/, kind: 'set-up', remedy: CREATE_TABLE },
  { code: /^42501$/, kind: 'set-up', remedy: GRANT },
  { code: /^(25|42)/, kind: 'set-up', remedy: 'the settings of the route do not fit the table' },
]

/** Most comes as XX000, or without a code from the driver: then the documented text decides. */
const BY_TEXT: readonly FaultRule[] = [
  // What is said of rows and columns comes first: a column may be called as it likes, and is told without quotes.
  { text: /^(ERROR:\s*)?Load into table '.*' failed/i, kind: 'data' },
  { text: /has an incompatible Parquet schema|has an invalid version number|not a parquet file/i, kind: 'data' },
  { text: /Found multiple matches to update the same tuple/i, kind: 'data' },
  // Rows of a temporary table that their own does not take.
  { text: /Cannot insert a NULL value into column|null value in column .* violates not-null/i, kind: 'data' },
  { text: /value too long for (character )?type|Numeric data overflow|overflow.*numeric/i, kind: 'data' },
  // Who am I.
  {
    text: /authenticationOk message type 13/,
    kind: 'set-up',
    remedy: 'this user has a sha256 password, which the driver cannot use: give it an md5 password',
  },
  { text: /password authentication failed/i, kind: 'set-up' },
  { text: /server does not support SSL/i, kind: 'set-up', remedy: 'the warehouse must accept TLS' },
  // Out of time or cancelled; before the conflicts, since the text holds the number of the query.
  { text: /cancel+ed (on user'?s request|by WLM)|statement timeout/i, kind: 'too-long' },
  // Conflicts with other transactions. The numbers stand at the beginning, alone.
  { text: /^(ERROR:\s*)?1023\s*(\n|$|DETAIL|Serializable)|serializable isolation violation/i, kind: 'passing' },
  { text: /could not complete because of conflict with concurrent transaction/i, kind: 'passing' },
  { text: /deadlock detected/i, kind: 'passing' },
  { text: /^(ERROR:\s*)?1018\b[\s\S]*does not exist/i, kind: 'passing' },
  { text: /connection limit .*exceeded|too many connections/i, kind: 'passing' },
  {
    text: /connection (terminated|ended)|timeout expired|connection timeout|read timeout|not queryable|disconnected before secure TLS/i,
    kind: 'passing',
  },
  // What S3 says; before the scan error of Spectrum, which says it in its details.
  { text: /NoSuchKey|specified key does not exist|mandatory url is not present/i, kind: 'gone' },
  { text: /file size in the manifest does not match/i, kind: 'gone' },
  { text: /NoSuchBucket|specified bucket does not exist/i, kind: 'set-up', remedy: 'the bucket is not there' },
  {
    text: /Access ?Denied|\bForbidden\b|not authorized to (assume|perform)|is not (authorized|associated)|AssumeRole/i,
    kind: 'set-up',
    remedy: READ_FILES,
  },
  {
    text: /InvalidObjectState|not valid for the object's storage class/i,
    kind: 'data',
    remedy: 'the file is archived: restore it, and write it again',
  },
  { text: /SlowDown|ServiceUnavailable|reduce your request rate|S3.*(Status 50[03])/i, kind: 'passing' },
  // No file is at fault where the list of paths is.
  {
    text: /number of jsonpaths/i,
    kind: 'set-up',
    remedy: 'the jsonpaths file and the columns of the table must agree',
  },
  { text: /Spectrum Scan Error|number of columns|JSONPath/i, kind: 'data' },
  { text: /permission denied/i, kind: 'set-up', remedy: GRANT },
  { text: /relation ".*" does not exist/i, kind: 'set-up', remedy: CREATE_TABLE },
]

/**
 * What Redshift, node-postgres, Node and AWS say, and what that means for the load: one table, of which the first rule that
 * fits decides.
 */
const RULES = [...BY_NAME, ...BY_SQLSTATE, ...BY_TEXT]

/** What an error means, or `undefined` if no rule knows it. */
export function classify(error: {
  readonly code?: string | undefined
  /** Message and detail. */
  readonly text: string
  /** What the text may hold of the files of the load: their addresses say nothing of the error. */
  readonly names?: readonly string[]
}): { readonly kind: FaultKind; readonly remedy?: string } | undefined {
  const text = withoutNames(error.text, error.names ?? [])
  return RULES.find(
    (rule) =>
      (rule.code === undefined || rule.code.test(error.code ?? '')) &&
      (rule.text === undefined || rule.text.test(text)),
  )
}
