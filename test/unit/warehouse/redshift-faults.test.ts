import type { S3Url } from '../../../lambda/model'
import type { FaultKind } from '../../../lambda/ports'
import { faultOf } from '../../../lambda/warehouse/fault-of'
import { classify } from '../../../lambda/warehouse/redshift/faults'
import { fileErrorInText, fileErrorsOf, spellingsOf } from '../../../lambda/warehouse/redshift/load-errors'

const HOST = { name: 'main', host: 'main.test' }
const anError = (code: string, message: string) => Object.assign(new Error(message), { code, severity: 'ERROR' })

type Documented = readonly [source: string, code: string | undefined, text: string, kind: FaultKind | undefined]

/** What is documented of errors, to the letter, with where it is. */
const DOCUMENTED: readonly Documented[] = [
  // Conflicts [redshift/latest/dg/c_serial_isolation; the shapes as field reports quote them].
  ['aws/aws-sdk-pandas#665', 'XX000', '1023', 'passing'],
  [
    'aws/aws-sdk-pandas#665, with its detail',
    'XX000',
    '1023\nSerializable isolation violation on table - 142443, transactions forming the cycle are: 1, 2',
    'passing',
  ],
  [
    'r_Serializable_isolation_example',
    'XX000',
    'ERROR: 1023 DETAIL: Serializable isolation violation on table - 100, transactions forming the cycle are: 1, 2',
    'passing',
  ],
  [
    'aws/amazon-redshift-jdbc-driver#147',
    'XX000',
    'could not complete because of conflict with concurrent transaction',
    'passing',
  ],
  ['c_serial_isolation, a table dropped meanwhile', 'XX000', '1018\nrelation does not exist', 'passing'],
  ['deadlock, PostgreSQL', '40P01', 'deadlock detected', 'passing'],
  ['deadlock, Redshift', 'XX000', 'deadlock detected', 'passing'],
  ['serialization failure, PostgreSQL', '40001', 'could not serialize access due to concurrent update', 'passing'],
  // Loads [r_COPY; SYS_LOAD_ERROR_DETAIL].
  [
    'a provisioned cluster',
    'XX000',
    "Load into table 'kpis' failed.  Check 'stl_load_errors' system table for details.",
    'data',
  ],
  [
    'a serverless workgroup',
    'XX000',
    "Load into table 'kpis' failed.  Check 'sys_load_error_detail' system table for details.",
    'data',
  ],
  ['r_MERGE', 'XX000', 'Found multiple matches to update the same tuple', 'data'],
  ['class 22', '22P02', 'invalid input syntax for integer: "x"', 'data'],
  ['class 23', '23502', 'null value in column "id" violates not-null constraint', 'data'],
  // Time [statement_timeout; WLM].
  ['statement_timeout', '57014', "Query (1) cancelled on user's request", 'too-long'],
  ['statement_timeout without its code', 'XX000', "Query (1023) cancelled on user's request", 'too-long'],
  ['PostgreSQL', '57014', 'canceling statement due to statement timeout', 'too-long'],
  // Who am I [mtxr/vscode-sqltools#1415; brianc/node-postgres#1528].
  ['sha256 password', undefined, 'Unknown authenticationOk message type 13', 'set-up'],
  ['temporary credentials without TLS', '28P01', 'password authentication failed for user "IAM:etl"', 'set-up'],
  ['no login', '28000', 'no pg_hba.conf entry for host', 'set-up'],
  // Connections [redshift quotas; pg].
  ['too many connections', '53300', 'connection limit "500" exceeded for non-bootstrap users', 'passing'],
  ['too many connections, no code', 'XX000', 'connection limit "500" exceeded for non-bootstrap users', 'passing'],
  ['pg_terminate_backend', '57P01', 'terminating connection due to administrator command', 'passing'],
  ['idle session', '57P05', 'terminating connection due to idle-session timeout', 'passing'],
  ['idle in transaction', '25P03', 'terminating connection due to idle-in-transaction timeout', 'passing'],
  ['pg', undefined, 'Connection terminated unexpectedly', 'passing'],
  ['pg', undefined, 'timeout expired', 'passing'],
  ['pg', undefined, 'Query read timeout', 'passing'],
  ['pg', undefined, 'Client has encountered a connection error and is not queryable', 'passing'],
  ['node', undefined, 'Client network socket disconnected before secure TLS connection was established', 'passing'],
  ['node', 'ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:5439', 'passing'],
  ['node', 'ECONNABORTED', 'read ECONNABORTED', 'passing'],
  ['node', 'ENOTFOUND', 'getaddrinfo ENOTFOUND main.example', 'set-up'],
  ['node', 'SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', 'set-up'],
  ['node', 'ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames", 'set-up'],
  ['pg', undefined, 'The server does not support SSL connections', 'set-up'],
  // Transactions [r_VACUUM_command; r_ALTER_TABLE].
  ['r_VACUUM_command', '25001', 'VACUUM cannot run inside a transaction block', 'set-up'],
  ['PostgreSQL', '25P02', 'current transaction is aborted, commands ignored until end of transaction block', 'passing'],
  ['pgjdbc/pgjdbc#271', '42601', 'syntax error at or near "$1"', 'set-up'],
  ['node-postgres', '42601', 'cannot insert multiple commands into a prepared statement', 'set-up'],
  // The target.
  ['PostgreSQL', '42P01', 'relation "kpis" does not exist', 'set-up'],
  ['PostgreSQL', 'XX000', 'relation "kpis" does not exist', 'set-up'],
  ['PostgreSQL', '42501', 'permission denied for relation kpis', 'set-up'],
  ['PostgreSQL', '42703', 'column "x" of relation "kpis" does not exist', 'set-up'],
  ['PostgreSQL', '3F000', 'schema "sales" does not exist', 'set-up'],
  ['PostgreSQL', '3D000', 'database "dev" does not exist', 'set-up'],
  // Files [copy-usage_notes-copy-from-columnar; loading-data-files-using-manifest; S3 error responses].
  ['columnar', 'XX000', "Spectrum Scan Error. File 's3://b/k.parquet' has an invalid version number.", 'data'],
  [
    'columnar',
    'XX000',
    "Spectrum Scan Error\nFile 'https://s3.eu-west-1.amazonaws.com/b/k' has an incompatible Parquet schema for column 'id'",
    'data',
  ],
  ['S3', 'XX000', 'S3ServiceException:The specified key does not exist.,Status 404,Error NoSuchKey', 'gone'],
  ['manifest', 'XX000', 'Mandatory url is not present in manifest file', 'gone'],
  ['S3', 'XX000', 'S3ServiceException:Access Denied,Status 403,Error AccessDenied', 'set-up'],
  ['S3', 'XX000', 'S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown', 'passing'],
  ['S3', 'XX000', 'The specified bucket does not exist', 'set-up'],
  ['columnar', 'XX000', 'Spectrum Scan Error\nAccess Denied, https://s3.eu-west-1.amazonaws.com/b/k', 'set-up'],
  ['columnar', 'XX000', 'Spectrum Scan Error\nerror: SlowDown', 'passing'],
  [
    'JSON',
    'XX000',
    'Number of jsonpaths and the number of columns should match. JSONPath size: 3, Number of columns in table or column list: 5',
    'set-up',
  ],
  // AWS [redshift-data API reference; SSM].
  ['Data API', 'ActiveStatementsExceededException', 'Active statements exceeded the allowed quota (500).', 'passing'],
  ['SSM', 'ThrottlingException', 'GetParameter /p: Rate exceeded', 'passing'],
  ['SSM', 'TimeoutError', 'GetParameter /p: socket did not establish a connection', 'passing'],
  ['SSM', 'AccessDeniedException', 'GetParameter /p: User is not authorized to perform: ssm:GetParameter', 'set-up'],
  ['nowhere', 'XX999', 'something that nobody has seen before', undefined],
]

describe('what an error of Redshift means', () => {
  it.each(DOCUMENTED)('%s: %s %s is %s', (_source, code, text, kind) => {
    expect(classify({ code, text })?.kind).toBe(kind)
  })

  it('the function is told to mend its own rights, not those of the COPY role, when it may not read the password', () => {
    const text = 'GetParameter /p: User: arn:aws:sts::1:assumed-role/x is not authorized to perform: ssm:GetParameter'
    expect(classify({ code: 'AccessDeniedException', text })?.remedy).toMatch(/parameter/)
  })

  it('leaves what to do about a login to who knows the way of it', () => {
    const text = "the function's role may not log in: it is not authorized to perform redshift:GetClusterCredentials"
    expect(classify({ code: 'CREDENTIALS_DENIED', text })).toMatchObject({ kind: 'set-up' })
    expect(classify({ code: 'CREDENTIALS_DENIED', text })?.remedy).toBeUndefined()
    expect(classify({ code: '28P01', text: 'password authentication failed' })?.remedy).toBeUndefined()
  })
})

describe('what others chose decides nothing', () => {
  /** Words of every rule, as somebody might call a folder, a table, a column or a value. */
  const WORDS = [
    'AccessDenied',
    'Access Denied',
    'Forbidden',
    'NoSuchKey',
    'SlowDown',
    'AssumeRole',
    'deadlock detected',
    '1023',
    'Serializable isolation violation',
    'timeout expired',
    'cancelled by WLM',
    'JSONPath',
    'permission denied',
  ]

  it.each(WORDS)('a key that holds %s, in whatever spelling', (word) => {
    const url: S3Url = `s3://b/a ${word}/x ${word}.csv`
    for (const name of [url, ...spellingsOf(url)]) {
      const text = `The file size in the manifest does not match the actual file size: ${name} (${name})`
      expect(classify({ code: 'XX000', text, names: spellingsOf(url) })?.kind).toBe('gone')
    }
    expect(faultOf(anError('XX000', `scan of ${url} ended`), HOST, { urls: [url] })).toMatchObject({
      kind: 'data',
      fileErrors: [{ url }],
    })
  })

  it.each(WORDS)('a table, a column or a value that is called %s', (word) => {
    const plain = word.replace(/\W/g, '_')
    const load = `Load into table '${plain}' failed.  Check 'stl_load_errors' system table for details.`
    const spectrum = `Spectrum Scan Error\nFile 'x' has an incompatible Parquet schema for column '${word}'. Parquet schema:\noptional int64 ${word} [i:0 d:1 r:0]`
    expect(classify({ code: 'XX000', text: load })?.kind).toBe('data')
    expect(classify({ code: 'XX000', text: spectrum })?.kind).toBe('data')
    expect(classify({ code: 'XX000', text: `Spectrum Scan Error\ncolumn '${plain}' of '${word}'` })?.kind).toBe('data')
    expect(classify({ code: '22P02', text: `invalid input syntax for integer: "${word}"` })?.kind).toBe('data')
    expect(classify({ code: '42P01', text: `relation "${word}" does not exist` })?.kind).toBe('set-up')
    expect(classify({ code: 'XX000', text: `relation "${word}" does not exist` })?.remedy).toMatch(/create the table/)
  })

  it('an address that is not of the load, as far as it has no blanks', () => {
    const text = 'The file size in the manifest does not match: s3://b/Forbidden/1023.csv'
    expect(classify({ code: 'XX000', text })?.kind).toBe('gone')
  })
})

describe('a fault', () => {
  const BOX = [
    'Spectrum Scan Error',
    '',
    '  -----------------------------------------------',
    '  error:  Spectrum Scan Error',
    '  code:      15001',
    "  context:   File 'https://s3.eu-west-1.amazonaws.com/b/a.parquet' has an invalid version number",
    '  -----------------------------------------------',
  ].join('\n')

  it('is told in one line, whatever box the warehouse draws', () => {
    const { message } = faultOf(anError('XX000', BOX), HOST, { urls: ['s3://b/a.parquet'] })
    expect(message).toBe(
      "warehouse main (main.test): Spectrum Scan Error; error: Spectrum Scan Error; code: 15001; context: File 'https://s3.eu-west-1.amazonaws.com/b/a.parquet' has an invalid version number",
    )
  })
})

describe('the load errors of Redshift', () => {
  const row = { line_number: '7', column_name: 'id        ', column_type: 'int4', error_code: '1207' }

  it('name file, line, column and value', () => {
    const error_message = "Invalid digit, Value 'x', Pos 0, Type: Integer   "
    expect(
      fileErrorsOf([{ ...row, file_name: 's3://b/a.csv   ', error_message }], ['s3://b/a.csv', 's3://b/b.csv']),
    ).toEqual([
      { url: 's3://b/a.csv', code: 'LOAD_ERROR_1207', reason: error_message.trim(), line: 7, column: 'id', value: 'x' },
    ])
  })

  it('name the value of an overflow too, which stands without a position', () => {
    const error_message = "Overflow, Value '9223372036854775808', Type: Long"
    expect(fileErrorsOf([{ ...row, file_name: 's3://b/a.csv', error_message }], ['s3://b/a.csv'])).toMatchObject([
      { value: '9223372036854775808' },
    ])
  })

  it('cut a long name, which is matched if only one file of the batch begins with it', () => {
    const long: S3Url = `s3://b/${'x'.repeat(300)}1.csv`
    const twin: S3Url = `s3://b/${'x'.repeat(300)}2.csv`
    const cut = { ...row, file_name: long.slice(0, 256), error_message: 'bad' }
    expect(fileErrorsOf([cut], [long]).map(({ url }) => url)).toEqual([long])
    expect(fileErrorsOf([cut], [long, twin])).toEqual([])
  })

  it('of another batch are left out', () => {
    expect(fileErrorsOf([{ ...row, file_name: 's3://b/a.csv', error_message: 'bad' }], ['s3://b/a.csv.gz'])).toEqual([])
  })

  it('are found in the details of Spectrum, which spell the address as S3 does', () => {
    const text =
      'Spectrum Scan Error\ncontext: https://s3.eu-west-1.amazonaws.com/files/k%20pis/a%2Bb.parquet is no Parquet'
    expect(
      fileErrorInText(text, ['s3://files/k pis/a+b.parquet', 's3://files/other.parquet']).map(({ url }) => url),
    ).toEqual(['s3://files/k pis/a+b.parquet'])
  })

  it('are found in the text where there is no row, the longest address first', () => {
    const message = 'Spectrum Scan Error: s3://b/a.parquet.parquet is no Parquet'
    expect(fileErrorInText(message, ['s3://b/a.parquet', 's3://b/a.parquet.parquet']).map(({ url }) => url)).toEqual([
      's3://b/a.parquet.parquet',
    ])
  })
})
