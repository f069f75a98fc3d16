import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const ROOT = join(__dirname, '..', '..')
const FILES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', '*.ts'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '')

interface Import {
  readonly from: string
  /** A file of the project, or the name of a package. */
  readonly to: string
}

const IMPORTS: readonly Import[] = FILES.flatMap((from) => {
  const text = readFileSync(join(ROOT, from), 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import|require)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')
  return specifiers.map((to) => ({ from, to: to.startsWith('.') ? normalize(join(dirname(from), to)) : to }))
})

interface Rule {
  readonly title: string
  /** The accident that it prevents. */
  readonly because: string
  readonly of: RegExp
  readonly forbids: RegExp
}

const STAGES = /^lambda\/(intake|event|route|batch|load|record|notify|heal|bulk|unload)\//

const RULES: readonly Rule[] = [
  {
    title: 'only lambda/platform imports the AWS SDK in the product',
    because: 'a decision that calls AWS cannot be simulated',
    of: /^lambda\/(?!platform\/)/,
    forbids: /^@aws-(sdk|lambda-powertools)\//,
  },
  {
    title: 'stages import no I/O',
    because: 'a stage that opens a socket hides a step at which it may die',
    of: STAGES,
    forbids:
      /^(node:(?!crypto$|assert$)|pg$|lambda\/platform|lambda\/warehouse\/over-|lambda\/runtime|lambda\/handlers)/,
  },
  {
    title: 'only over-pg imports pg in the product',
    because: 'a second way to the warehouse would have a second idea of a transaction',
    of: /^lambda\/(?!warehouse\/over-pg)/,
    forbids: /^pg$/,
  },
  {
    title: 'only runtime.ts joins the pipeline and its adapters',
    because: 'a second composition root is wired differently one day',
    of: /^lambda\/(?!runtime|platform\/|warehouse\/)/,
    forbids: /^lambda\/(platform|warehouse\/over-)/,
  },
  {
    title: 'what arrived knows nothing of routes, routes nothing of batches, batches nothing of loads',
    because: 'data flows one way, so that each stage can be read without the next',
    of: /^lambda\/(event|route|batch|record|notify)\//,
    forbids: /^lambda\/(load\/|pipeline|handlers)/,
  },
  {
    title: 'the product imports neither its environments, nor its infrastructure, nor its tests',
    because: 'a bundle would carry an emulator into the cloud',
    of: /^lambda\//,
    forbids: /^(environments|modules|test|cli)\/|^cdktf|^constructs$/,
  },
  {
    title: 'cdktf is imported by main.ts, modules and infrastructure tests alone',
    because: 'it is archived: the move to its successor must touch few files',
    of: /^(?!main\.ts|modules\/|test\/infra\/)/,
    forbids: /^(cdktf|constructs|@cdktf\/)/,
  },
  {
    title: 'the provider is imported file by file',
    because: 'its barrel costs seconds and half a gigabyte',
    of: /./,
    forbids: /^@cdktf\/provider-aws$/,
  },
  {
    title: 'the embedded environment is imported by itself and by tests alone',
    because: 'nothing that is deployed may depend on it',
    of: /^(?!environments\/local\/|test\/)/,
    forbids: /^environments\/local\//,
  },
]

describe('who may import whom', () => {
  it.each(RULES)('$title ($because)', ({ of, forbids }) => {
    const broken = IMPORTS.filter(({ from, to }) => of.test(from) && forbids.test(to))
    expect(broken.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })

  it('finds imports at all', () => {
    expect(IMPORTS.length).toBeGreaterThan(200)
    expect(IMPORTS).toContainEqual({ from: 'lambda/warehouse/over-pg-connection.ts', to: 'pg' })
    expect(IMPORTS).toContainEqual({ from: 'lambda/runtime.ts', to: 'lambda/warehouse/over-pg' })
  })
})
