import { readSettings, settingsFrom } from '../../lambda/settings'
import { thresholdsOf } from '../../lambda/target-settings'

const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:acme-AbCdEf'
const main = { kind: 'redshift', via: 'data-api', database: 'd', auth: { cluster: 'acme' } } as const
const documentOf = (warehouse: object, more: object = {}) => ({
  name: 'dev',
  bucket: 'landing',
  work: 's3://landing/_penstock/',
  warehouses: { main: warehouse },
  ...more,
})
const problemsOf = (document: object): readonly string[] => {
  const read = readSettings(document)
  return read.kind === 'valid' ? [] : read.problems.map(({ path, message }) => `${path}: ${message}`)
}

describe('a warehouse that is reached through the Data API', () => {
  it.each([
    ['a user of a cluster', { user: 'penstock' }, { kind: 'cluster', cluster: 'acme', user: 'penstock' }],
    ['a secret', { secretArn: SECRET }, { kind: 'cluster', cluster: 'acme', secretArn: SECRET }],
    ['the role alone', {}, { kind: 'cluster', cluster: 'acme' }],
    ['a workgroup', { auth: { workgroup: 'wg' } }, { kind: 'workgroup', workgroup: 'wg' }],
    [
      'a workgroup with a secret, elsewhere',
      { auth: { workgroup: 'wg', region: 'eu-west-2' }, secretArn: SECRET },
      { kind: 'workgroup', workgroup: 'wg', region: 'eu-west-2', secretArn: SECRET },
    ],
  ])('is asked as %s', (_, more, login) => {
    const { warehouses } = settingsFrom(documentOf({ ...main, ...more }))
    expect(warehouses['main']).toEqual({ kind: 'redshift', via: 'data-api', database: 'd', copyRole: 'default', login })
  })

  it('is no other than the one that is reached over a connection, unless the settings say so', () => {
    expect(
      settingsFrom(documentOf({ kind: 'redshift', host: 'h', database: 'd', user: 'u' })).warehouses['main'],
    ).toMatchObject({
      via: 'pg',
      host: 'h',
      port: 5439,
      login: { kind: 'password', parameter: '/penstock/dev/main/password' },
    })
  })

  it('takes nothing that speaks of a connection, and all of it is told at once', () => {
    const ofConnections = { host: 'h', port: 5439, tls: {}, connectTimeoutSeconds: 5, passwordParameter: '/p' }
    expect(problemsOf(documentOf({ ...main, ...ofConnections }))).toEqual(
      Object.keys(ofConnections).map(
        (setting) =>
          `warehouses.main.${setting}: has no meaning with via: 'data-api', where nobody opens a connection: leave it out`,
      ),
    )
  })

  it.each([
    [
      { kind: 'redshift', via: 'data-api', database: 'd', user: 'u' },
      "auth: is missing: the Data API is told { cluster: '…' } or { workgroup: '…' }, whoever logs in",
    ],
    [{ ...main, user: 'u', secretArn: SECRET }, 'user: is in the secret that secretArn names: leave one of them out'],
    [
      { ...main, auth: { workgroup: 'w' }, user: 'u' },
      "user: has no meaning with a workgroup, where the secret or the function's IAM role says who logs in: leave it out",
    ],
    [{ ...main, secretArn: 'acme' }, 'secretArn: a secret is named by its ARN, arn:aws:secretsmanager:…:secret:…'],
    [
      { kind: 'redshift', database: 'd', user: 'u' },
      "host: is missing: a text is expected; only with via: 'data-api' it may be left out",
    ],
    [
      { kind: 'redshift', host: 'h', database: 'd', user: 'u', secretArn: SECRET },
      "secretArn: has a meaning only with via: 'data-api': the password of a connection lies in SSM, in passwordParameter",
    ],
  ])('contradicts itself in no way that is not told: %j', (warehouse, problem) => {
    expect(problemsOf(documentOf(warehouse))).toEqual([`warehouses.main.${problem}`])
  })
})

describe('a target in such a warehouse', () => {
  const pg = { kind: 'redshift', host: 'h', database: 'd', user: 'u' }
  const wanting = (into: object) => documentOf(main, { routes: [{ match: '{table}/**', into }] })

  it('cannot ask for {rows} inside the transaction, where nobody can count them', () => {
    const after = ['select 1', 'select {rows}']
    const told =
      "routes[0].into.after[1]: asks for {rows}, which nobody can count inside the transaction with via: 'data-api': use it in afterCommit"
    expect(problemsOf(wanting({ after }))).toEqual([told])
    expect(problemsOf(wanting({ afterCommit: after }))).toEqual([])
    expect(problemsOf(documentOf(pg, { routes: [{ match: '{table}/**', into: { after } }] }))).toEqual([])
  })

  it('cannot be loaded anew where rows are only added: nobody looks whether a file has changed meanwhile', () => {
    const told = (path: string) =>
      expect.stringMatching(new RegExp(`^${path.replace(/[[\]]/g, '\\$&')}: 'reload' with mode 'append'`))
    expect(problemsOf(wanting({ overwrites: 'reload' }))).toEqual([told('routes[0].into.overwrites')])
    expect(problemsOf(wanting([{ table: 't', overwrites: 'reload', mode: 'append' }]))).toEqual([
      told('routes[0].into[0].overwrites'),
    ])
    expect(problemsOf(wanting({ overwrites: 'reload', mode: 'replace' }))).toEqual([])
    expect(problemsOf(wanting({ overwrites: 'skip' }))).toEqual([])
  })

  it('is known by the warehouse that it names, among several', () => {
    const warehouses = { main, other: pg }
    const into = (warehouse: string) => ({ warehouse, overwrites: 'reload' })
    const of = (warehouse: string) =>
      problemsOf(documentOf(main, { warehouses, routes: [{ match: '{table}/**', into: into(warehouse) }] }))
    expect([of('main').length, of('other').length]).toEqual([1, 0])
  })

  it('may be one of a bulk load', () => {
    const bulk = [{ prefix: 'old/kpis/', into: { table: 'kpis', overwrites: 'reload' } }]
    expect(problemsOf(documentOf(main, { bulk }))).toEqual([expect.stringContaining('bulk[0].into.overwrites')])
  })

  it.each<[object, number]>([
    [{ lineage: { file: 'f' } }, 10],
    [{ lineage: { file: 'f' }, batch: { files: 3 } }, 3],
    [{ lineage: { batchId: 'b' } }, 100],
    [{}, 100],
    [{ lineage: { file: 'f' }, mode: { merge: { version: 'v', delete: { column: 'd', values: ['x'] } } } }, 10],
    [
      {
        lineage: { file: 'f' },
        mode: { merge: { version: 'v', delete: { column: 'd', values: ['x'] } } },
        before: ['select 1', 'select 2', 'select 3'],
      },
      9,
    ],
  ])('has no more files in a batch than its statements go into one batch of those: %j', (into, files) => {
    const settings = settingsFrom(wanting(into))
    expect(thresholdsOf('main/public.kpis', settings).files).toBe(files)
    const overPg = settingsFrom(documentOf(pg, { routes: [{ match: '{table}/**', into }] }))
    expect(thresholdsOf('main/public.kpis', overPg).files).toBeGreaterThanOrEqual(Math.min(files, 100))
  })
})
