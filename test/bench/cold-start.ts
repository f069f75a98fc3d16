import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Bundles, FUNCTION_NAMES, type FunctionName, makeBundles } from '../../modules/bundles'
import { type Figure, type Measurement, type Section, spreadOf } from './figure'
import { inOwnFolder } from './own-folder'

/** What a handler's bundle took, and what it left, in each run. */
interface Imports {
  readonly ms: number[]
  /** With the source map that is deployed beside it, which Lambda's Node is told to read. */
  readonly msWithMap: number[]
  readonly addedMb: number[]
  readonly totalMb: number[]
  readonly heapMb: number[]
}

/** What a fresh process tells of one import. */
interface Import {
  readonly ms: number
  readonly rssBefore: number
  readonly rss: number
  readonly heapUsed: number
}

const REACH_MS = 60
const REACH_MB = 1
const WITH_MAP = '--enable-source-maps'

/** What Lambda does before a function's first event: reads its bundle and runs it, in a process that has nothing yet. */
export const coldStart: Measurement = {
  name: 'cold-start',
  measure: ({ quick, say }) =>
    inOwnFolder('cold-start', async (folder) => {
      say('making the bundles')
      const bundles = await makeBundles(folder)
      const runs = quick ? 5 : 20
      say(`importing each of them ${runs} times`)
      return sectionOf(folder, bundles, await importAll(folder, runs))
    }),
}

/** The handlers take turns, so that whatever else the machine does hits all alike. */
async function importAll(folder: string, runs: number): Promise<Readonly<Record<FunctionName, Imports>>> {
  const none = (): Imports => ({ ms: [], msWithMap: [], addedMb: [], totalMb: [], heapMb: [] })
  const imports = { 'on-object': none(), 'on-load': none(), 'on-tick': none() }
  // The first one of all brings the files into the page cache; where Lambda takes them from is not measured here.
  for (const name of FUNCTION_NAMES) await importOnce(bundleIn(folder, name), '')
  for (let run = 0; run < runs; run += 1) {
    for (const name of FUNCTION_NAMES) {
      const { ms, rssBefore, rss, heapUsed } = await importOnce(bundleIn(folder, name), '')
      const { ms: msWithMap } = await importOnce(bundleIn(folder, name), WITH_MAP)
      const one = imports[name]
      one.ms.push(ms)
      one.msWithMap.push(msWithMap)
      one.addedMb.push((rss - rssBefore) / 1e6)
      one.totalMb.push(rss / 1e6)
      one.heapMb.push(heapUsed / 1e6)
    }
  }
  return imports
}

/**
 * Lambda's Node has a `navigator`, without which pg looks for Cloudflare's `Response`, and so loads all of Node's `fetch`; Node 20 has none.
 */
const PROGRAM = `
globalThis.navigator ??= { userAgent: 'Node.js/22' }
const rssBefore = process.memoryUsage.rss()
const before = process.hrtime.bigint()
require(process.argv[1])
const after = process.hrtime.bigint()
const { rss, heapUsed } = process.memoryUsage()
console.log(JSON.stringify({ ms: Number(after - before) / 1e6, rssBefore, rss, heapUsed }))
`

async function importOnce(bundle: string, nodeOptions: string): Promise<Import> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', PROGRAM, bundle], {
    cwd: path.dirname(bundle),
    env: {
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      AWS_LAMBDA_FUNCTION_NAME: 'penstock-bench',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_SESSION_TOKEN: 'any',
      LAMBDA_TASK_ROOT: path.dirname(bundle),
      NODE_OPTIONS: nodeOptions,
      TZ: ':UTC',
    },
  })
  return JSON.parse(stdout) as Import
}

function bundleIn(folder: string, name: FunctionName): string {
  return path.join(folder, name, 'index.js')
}

function sectionOf(folder: string, bundles: Bundles, imports: Readonly<Record<FunctionName, Imports>>): Section {
  const zipMb = (name: FunctionName) => statSync(bundles[name]).size / 1e6
  const slowest = greatest((name) => spreadOf(imports[name].ms).median)
  const largest = greatest(zipMb)
  const headlines: readonly Figure[] = [
    {
      name: `import of the slowest bundle, ${slowest}`,
      unit: 'ms',
      values: imports[slowest].ms,
      reach: { atMost: REACH_MS },
      rival: '152 (142–361)',
      headline: true,
    },
    {
      name: `the same as it is deployed, with its source map`,
      unit: 'ms',
      values: imports[slowest].msWithMap,
      reach: { atMost: REACH_MS },
      headline: true,
    },
    {
      name: `largest archive, ${largest}`,
      unit: 'MB',
      values: [zipMb(largest)],
      reach: { atMost: REACH_MB },
      rival: '17.0',
      headline: true,
    },
  ]
  return {
    title: 'Cold start',
    about:
      'A bundle is imported by a fresh process of plain Node that knows what Lambda tells a function; the three take turns, after one ' +
      'import each that is not counted. An archive is the zip that is deployed: `index.js` and the source map of our own code, not compressed.',
    figures: [
      ...headlines,
      ...FUNCTION_NAMES.flatMap((name) => figuresOf(name, imports[name])),
      ...FUNCTION_NAMES.flatMap((name) => [
        { name: `index.js of ${name}`, unit: 'MB', values: [statSync(bundleIn(folder, name)).size / 1e6] },
        { name: `archive of ${name}`, unit: 'MB', values: [zipMb(name)], reach: { atMost: REACH_MB } },
      ]),
    ],
    more:
      `Measured with Node ${process.versions.node}; Lambda runs Node 22. Not in it: the start of Lambda's sandbox, the way of the archive ` +
      'to it, and the first connections. Memory is that of the process after the import (resident), what the import added to it, and what ' +
      'lives in the heap. What Node 22 has of itself and Node 20 has not, `navigator`, is put there: the driver would load a client for HTTP ' +
      'in its place, which Lambda does not pay.',
  }
}

function figuresOf(name: FunctionName, { ms, msWithMap, addedMb, totalMb, heapMb }: Imports): readonly Figure[] {
  return [
    { name: `import of ${name}`, unit: 'ms', values: ms, reach: { atMost: REACH_MS } },
    { name: `import of ${name} with its source map`, unit: 'ms', values: msWithMap, reach: { atMost: REACH_MS } },
    { name: `memory after the import of ${name}`, unit: 'MB', values: totalMb },
    { name: `memory that the import of ${name} adds`, unit: 'MB', values: addedMb },
    { name: `heap after the import of ${name}`, unit: 'MB', values: heapMb },
  ]
}

function greatest(of: (name: FunctionName) => number): FunctionName {
  return FUNCTION_NAMES.reduce((most, name) => (of(name) > of(most) ? name : most))
}
