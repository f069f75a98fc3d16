import { makeRedactor } from '../../../lambda/platform/redact'

it.each([
  ['postgres://penstock:p@ss:w0rd@host:5439/db', 'postgres://penstock:[redacted]@host:5439/db'],
  ["CREATE USER penstock PASSWORD 'it''s' VALID", "CREATE USER penstock PASSWORD '[redacted]' VALID"],
  ["COPY t FROM 'x' CREDENTIALS 'aws_access_key_id=A;b'", "COPY t FROM 'x' CREDENTIALS '[redacted]'"],
  ['aws_secret_access_key=abc/def;token=xyz', 'aws_secret_access_key=[redacted];token=[redacted]'],
  ['https://b/k?X-Amz-Signature=abc&X-Amz-Date=1', 'https://b/k?X-Amz-Signature=[redacted]&X-Amz-Date=1'],
  ['the key AKIAIOSFODNN7EXAMPLE is', 'the key [redacted] is'],
])('hides what gives a secret away in %s (S8)', (text, safe) => {
  expect(makeRedactor().text(text)).toBe(safe)
})

it.each([
  's3://landing/a:b@c/password.csv',
  'arn:aws:iam::123456789012:role/penstock',
  'the secret /penstock/dev/main/password is not set yet',
  "COPY t FROM 's3://landing/manifest' IAM_ROLE default",
])('leaves %s as it is', (text) => {
  expect(makeRedactor().text(text)).toBe(text)
})

it('hides fields by their names, at any depth, and not the names of parameters', () => {
  const fields = {
    user: 'u',
    list: [{ PGPASSWORD: 'x', secretAccessKey: 'y' }],
    passwordParameter: '/p',
    authorization: 1,
  }
  expect(makeRedactor().fields(fields)).toEqual({
    user: 'u',
    list: [{ PGPASSWORD: '[redacted]', secretAccessKey: '[redacted]' }],
    passwordParameter: '/p',
    authorization: '[redacted]',
  })
})

it('hides a secret that it has learnt as it is, in a URL and in JSON, and the longer of two first', () => {
  const redactor = makeRedactor()
  redactor.learn('a"b/')
  redactor.learn('a"b/longer')
  redactor.learn('no')
  expect(redactor.text(`a"b/ ${encodeURIComponent('a"b/')} ${JSON.stringify('a"b/')} a"b/longer no`)).toBe(
    '[redacted] [redacted] "[redacted]" [redacted] no',
  )
})

it('prints errors with their causes, and whatever JSON has no word for', () => {
  const cause = Object.assign(new TypeError('inner'), { code: 'ECONNRESET' })
  const loop: Record<string, unknown> = {}
  loop['self'] = loop
  const printed = makeRedactor().fields({ error: new Error('outer', { cause }), big: 2n ** 64n, at: new Date(0), loop })
  expect(printed).toMatchObject({
    error: { name: 'Error', message: 'outer', cause: { name: 'TypeError', code: 'ECONNRESET', message: 'inner' } },
    big: '18446744073709551616',
    at: '1970-01-01T00:00:00.000Z',
  })
  expect(JSON.stringify(printed)).toContain('[deeper]')
})
