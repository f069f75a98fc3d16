import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { type Bundles, FUNCTION_NAMES, type FunctionName, METAFILE, makeBundles } from '../../modules/bundles'
import { zipOf } from '../../modules/zip'

const ROOT = join(__dirname, '..', '..')

describe('the bundles of the functions', () => {
  // A space, as a person's folder may have one.
  const folder = mkdtempSync(join(tmpdir(), 'penstock bundles '))
  let bundles: Bundles
  beforeAll(async () => {
    bundles = await makeBundles(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function filesIn(name: FunctionName): readonly string[] {
    const { outputs } = JSON.parse(readFileSync(join(folder, METAFILE), 'utf8')) as Metafile
    const [, output] = Object.entries(outputs).find(([file]) => file.endsWith(`${name}/index.js`)) ?? []
    const inputs = Object.entries(output?.inputs ?? {})
    return inputs.flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []))
  }

  function packagesIn(name: FunctionName): readonly string[] {
    return filesIn(name).flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [])
  }

  it.each(FUNCTION_NAMES)('give Lambda a handler that says what it lacks: %s', (name) => {
    const call = `require(${JSON.stringify(join(folder, name, 'index.js'))}).handler({ Records: [] }, { getRemainingTimeInMillis: () => 60000 })`
    const asked = `Promise.resolve().then(() => ${call}).catch((error) => console.log(error.name, error.message))`
    const told = execFileSync(process.execPath, ['-e', asked], {
      env: { PATH: process.env['PATH'], AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      encoding: 'utf8',
    })
    expect(told).toMatch(/^PenstockError the function lacks the environment variable PENSTOCK_/)
  })

  it('are archives of less than a megabyte, with their source maps', () => {
    for (const file of Object.values(bundles)) {
      const bytes = readFileSync(file)
      expect(bytes.length).toBeLessThan(1_000_000)
      expect(bytes.includes('index.js.map')).toBe(true)
    }
  })

  it.each<FunctionName>(['on-object', 'on-tick'])('carry no way to a warehouse where nothing is loaded: %s', (name) => {
    expect(packagesIn(name).filter((one) => /^pg|client-(redshift|ssm)/.test(one))).toEqual([])
    expect(filesIn(name).filter((file) => file.startsWith('lambda/warehouse/'))).toEqual([])
  })

  it('carry the ways to a warehouse where files are loaded', () => {
    expect(packagesIn('on-load')).toEqual(
      expect.arrayContaining([
        'pg',
        '@aws-sdk/client-ssm',
        '@aws-sdk/client-redshift',
        '@aws-sdk/client-redshift-data',
        '@aws-sdk/client-redshift-serverless',
      ]),
    )
  })

  it.each(FUNCTION_NAMES)('carry nothing that no function can use: %s', (name) => {
    // Profiles and SSO sessions, event streams, and what zod says in other languages than English.
    expect(packagesIn(name).filter((one) => /credential-provider|nested-clients/.test(one))).toEqual([])
    expect(filesIn(name).filter((file) => /event-streams\/|locales\/(?!en\.js$)/.test(file))).toEqual([])
  })

  it.each(FUNCTION_NAMES)('lead from a stack trace to our own files, and to packages by name: %s', (name) => {
    const { sources } = JSON.parse(readFileSync(join(folder, name, 'index.js.map'), 'utf8')) as { sources: string[] }
    expect(sources).toContainEqual(expect.stringMatching(new RegExp(`/lambda/handlers/${name}[.]ts$`)))
    expect(sources).toContainEqual(expect.stringMatching(/\/node_modules\/@aws-sdk\/client-dynamodb$/))
    expect(sources.filter((source) => /node_modules.*\.[cm]?js$/.test(source))).toEqual([])
  })

  it('name no folder of the machine on which they were made', () => {
    for (const name of FUNCTION_NAMES) expect(readFileSync(join(folder, name, 'index.js'), 'utf8')).not.toContain(ROOT)
  })
})

describe('an archive', () => {
  const files = [
    { name: 'index.js', bytes: Buffer.from('exports.handler = async () => {}\n') },
    { name: 'ü.txt', bytes: Buffer.alloc(0) },
  ]

  it('is the same for the same files, whatever the day', () => {
    expect(zipOf(files).equals(zipOf(files))).toBe(true)
    expect(zipOf(files).equals(zipOf(files.slice(0, 1)))).toBe(false)
  })

  it('tells of each entry where it begins, how long it is and what it holds', () => {
    const zip = zipOf(files)
    const end = zip.length - 22
    expect(zip.readUInt32LE(end)).toBe(0x06054b50)
    expect(zip.readUInt16LE(end + 10)).toBe(2)
    let at = zip.readUInt32LE(end + 16)
    for (const { name, bytes } of files) {
      expect(zip.readUInt32LE(at)).toBe(0x02014b50)
      const [size, nameLength, offset] = [
        zip.readUInt32LE(at + 24),
        zip.readUInt16LE(at + 28),
        zip.readUInt32LE(at + 42),
      ]
      expect(zip.toString('utf8', at + 46, at + 46 + nameLength)).toBe(name)
      expect(zip.readUInt32LE(offset)).toBe(0x04034b50)
      const begins = offset + 30 + nameLength
      expect(zip.subarray(begins, begins + size).equals(bytes)).toBe(true)
      at += 46 + nameLength
    }
    expect(at).toBe(end)
  })
})
