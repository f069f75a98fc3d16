import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { startSsm } from '../../environments/local/ssm/server'
import { ASKED_ERRORS, pureShapes, withoutUnusedShapes } from '../../modules/unused-shapes'

const ROOT = join(__dirname, '..', '..')
const PLATFORM = join(ROOT, 'lambda', 'platform')

describe('what the SDK knows and no function calls', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'penstock-shapes-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('may be left out when nobody uses it', () => {
    const shapes = [
      'const _a = "a";',
      'export var A$ = [3, n0, _a,',
      '    { [_e]: _c },',
      '    [0]',
      '];',
      'f(A$, A);',
    ].join('\n')
    expect(pureShapes(shapes)).toBe(
      [
        'const _a = "a";',
        'export var A$ = /* @__PURE__ */ (() => ([3, n0, _a,',
        '    { [_e]: _c },',
        '    [0]',
        ']))();',
        'f(A$, A);',
      ].join('\n'),
    )
  })

  it('is no error class that Penstock asks for', () => {
    const asked = readdirSync(PLATFORM).flatMap((file) => [
      ...readFileSync(join(PLATFORM, file), 'utf8').matchAll(/instanceof (\w+(?:Exception|Fault))\b/g),
    ])
    expect([...new Set(asked.map(([, name]) => name))].sort()).toEqual([...ASKED_ERRORS].sort())
  })

  it('fails the build when the SDK is made differently', async () => {
    const file = join(folder, '@aws-sdk', 'client-new', 'dist-es', 'schemas', 'schemas_0.js')
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, 'export const shapes = new Map()\n')
    const made = build({
      entryPoints: [file],
      bundle: true,
      write: false,
      logLevel: 'silent',
      plugins: [withoutUnusedShapes],
    })
    await expect(made).rejects.toThrow('lists its shapes in a way that is not known here')
  })

  it('is told by its name all the same', async () => {
    const entry = join(folder, 'entry.ts')
    const from = (file: string) => JSON.stringify(join(PLATFORM, file))
    writeFileSync(
      entry,
      `export { makeClients } from ${from('clients')}\nexport { secretsInSsm } from ${from('secrets-in-ssm')}\n`,
    )
    const outfile = join(folder, 'entry.js')
    const plugins = [withoutUnusedShapes]
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      mainFields: ['module', 'main'],
      plugins,
    })
    expect(readFileSync(outfile, 'utf8')).not.toContain('AssociatedInstances')
    const bundled: typeof import('../../lambda/platform/clients') &
      typeof import('../../lambda/platform/secrets-in-ssm') = require(outfile)
    const server = await startSsm({ region: 'eu-west-1', account: '000000000000' })
    const clients = bundled.makeClients({
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_ENDPOINT_URL: server.endpoint,
    })
    try {
      const secrets = bundled.secretsInSsm({ client: clients.ssm, now: () => 0, learn: () => {} })
      await expect(secrets.read('/penstock/dev/main/password')).rejects.toMatchObject({ code: 'SECRET_NOT_SET' })
    } finally {
      clients.close()
      await server.stop()
    }
  })
})
