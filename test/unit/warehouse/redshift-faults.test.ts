import type { S3Url } from '../../../lambda/model'
import { classify } from '../../../lambda/warehouse/redshift/faults'
import { fileErrorInText, fileErrorsOf } from '../../../lambda/warehouse/redshift/load-errors'

describe('what an error of Redshift means', () => {
  it.each([
    ['28P01', 'password authentication failed for user "etl"', 'set-up'],
    ['28000', 'no pg_hba.conf entry', 'set-up'],
    [undefined, 'Unknown authenticationOk message type 13', 'set-up'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', 'set-up'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames", 'set-up'],
    ['XX000', '1023', 'passing'],
    ['XX000', 'Serializable isolation violation on table - 100, transactions forming the cycle are: 1, 2', 'passing'],
    ['XX000', 'could not complete because of conflict with concurrent transaction', 'passing'],
    ['40P01', 'deadlock detected', 'passing'],
    ['XX000', 'deadlock detected', 'passing'],
    ['57014', "Query (1) cancelled on user's request", 'too-long'],
    ['57P01', 'terminating connection due to administrator command', 'passing'],
    ['53300', 'too many connections', 'passing'],
    ['ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:5439', 'passing'],
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND main.example', 'set-up'],
    [undefined, 'Connection terminated unexpectedly', 'passing'],
    ['XX000', "Load into table 'kpis' failed.  Check 'stl_load_errors' system table for details.", 'data'],
    ['XX000', "Spectrum Scan Error. File 's3://b/k.parquet' has an invalid version number.", 'data'],
    ['XX000', 'S3ServiceException:The specified key does not exist.,Status 404,Error NoSuchKey', 'gone'],
    ['XX000', 'S3ServiceException:Access Denied,Status 403,Error AccessDenied', 'set-up'],
    ['XX000', 'The specified bucket does not exist', 'set-up'],
    ['42P01', 'relation "kpis" does not exist', 'set-up'],
    ['42501', 'permission denied for relation kpis', 'set-up'],
    ['42703', 'column "x" of relation "kpis" does not exist', 'set-up'],
    ['57014', "Query (1023) cancelled on user's request", 'too-long'],
    ['XX000', 'Mandatory url is not present in manifest file', 'gone'],
    ['22P02', 'invalid input syntax for integer: "x"', 'data'],
    ['ThrottlingException', 'GetParameter /p: Rate exceeded', 'passing'],
    ['TimeoutError', 'GetParameter /p: socket did not establish a connection', 'passing'],
    [undefined, 'Client has encountered a connection error and is not queryable', 'passing'],
    [undefined, 'Client network socket disconnected before secure TLS connection was established', 'passing'],
    ['ECONNABORTED', 'read ECONNABORTED', 'passing'],
    ['XX000', 'Spectrum Scan Error\nAccess Denied, https://s3.eu-west-1.amazonaws.com/b/k', 'set-up'],
    ['XX000', 'Spectrum Scan Error\nerror: SlowDown', 'passing'],
    ['XX999', 'something that nobody has seen before', undefined],
  ])('%s %s is %s', (code, message, kind) => {
    expect(classify({ code, text: message })?.kind).toBe(kind)
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
