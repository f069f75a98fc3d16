import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { skip } from '../infra/terraform/tools'
import { RENDERED_TO } from './rendered'

/** A Python that has sqlglot: what `SQLGLOT_PYTHON` names, or `python3` on PATH. */
const PYTHON = process.env['SQLGLOT_PYTHON'] || 'python3'

/** Where the exact-text tests are. */
const TESTS = 'test/unit/warehouse'

/** Prints for each statement what it was taken for, or why it was not: a command is what sqlglot passes over without reading it. */
const PARSE = `
import json, sys, sqlglot
from sqlglot import exp
for line in sys.stdin:
    text = json.loads(line)
    try:
        tree = sqlglot.parse_one(text, read="redshift", error_level=sqlglot.ErrorLevel.RAISE)
        kind = "unread" if isinstance(tree, exp.Command) else "read"
        told = {"kind": kind, "as": type(tree).__name__}
    except Exception as error:
        told = {"kind": "refused", "as": str(error).split("\\n")[0]}
    print(json.dumps({"text": text, **told}))
`

interface Told {
  readonly text: string
  readonly kind: 'read' | 'unread' | 'refused'
  readonly as: string
}

/** `npm run test:sql`: every statement of the exact-text tests parses in a Redshift parser of others. */
function main(): void {
  if (spawnSync(PYTHON, ['-c', 'import sqlglot']).status !== 0) {
    skip('test:sql', `${PYTHON} has no sqlglot: pip install sqlglot, and name its Python in SQLGLOT_PYTHON`)
    return
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-sql-'))
  try {
    const told = parsed(rendered(path.join(folder, 'statements')))
    const isExcepted = ({ text }: Told) => /^(COPY|UNLOAD)\b/.test(text)
    const wrong = told.filter((one) => one.kind !== 'read' && !isExcepted(one))
    for (const { text, kind, as } of wrong) process.stderr.write(`${kind} (${as}):\n${text}\n\n`)
    if (wrong.length > 0) throw new Error(`${wrong.length} statements do not parse`)
    const excepted = told.filter((one) => one.kind !== 'read')
    process.stdout.write(
      `sqlglot: ${told.length - excepted.length} statements read, and ${excepted.length} of COPY passed over for options that it does not know\n`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What the exact-text tests rendered, each statement once. */
function rendered(file: string): readonly string[] {
  const jest = path.join('node_modules', 'jest', 'bin', 'jest.js')
  execFileSync(process.execPath, ['--no-warnings', jest, '--runInBand', TESTS], {
    env: { ...process.env, [RENDERED_TO]: file },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  if (lines.length < 40)
    throw new Error(`the exact-text tests have rendered ${lines.length} statements: where are the others?`)
  return [...new Set(lines)]
}

function parsed(lines: readonly string[]): readonly Told[] {
  const input = `${lines.join('\n')}\n`
  const output = execFileSync(PYTHON, ['-c', PARSE], { input, encoding: 'utf8' })
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told)
}

main()
