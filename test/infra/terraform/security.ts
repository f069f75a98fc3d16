import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import dev from '../../../environments/dev'
import prod from '../../../environments/prod'
import staging from '../../../environments/staging'
import { ACCEPTED_RISKS, type AcceptedRisk } from '../../../modules/accepted-risks'
import { makeBundles } from '../../../modules/bundles'
import complete from './complete'
import { synthesize } from './synthesize'
import { findCheckov, skip } from './tools'

const ENVIRONMENTS = [dev, staging, prod, complete]

/** What checkov finds wrong with one resource. */
interface Finding {
  readonly environment: string
  readonly check: string
  readonly says: string
  /** The path of its construct, without the environment: `landing-bucket/bucket`. */
  readonly construct: string
}

/** `npm run test:security`: checkov finds nothing in any environment but what `modules/accepted-risks.ts` gives a reason for. */
async function main(): Promise<void> {
  const checkov = findCheckov()
  if (checkov.kind === 'missing') return skip('test:security', checkov.what)
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-security-'))
  try {
    const bundles = await makeBundles(path.join(folder, 'functions'))
    const stacks = path.join(folder, 'stacks')
    for (const environment of ENVIRONMENTS) synthesize(environment, bundles, path.join(stacks, environment.name))
    judge(await findings(checkov.tool, stacks))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function judge({ passed, failed }: Report): void {
  const unaccepted = failed.filter((finding) => !ACCEPTED_RISKS.some((risk) => covers(risk, finding)))
  const unused = ACCEPTED_RISKS.filter((risk) => !failed.some((finding) => covers(risk, finding)))
  for (const { environment, check, says, construct } of unaccepted) {
    process.stderr.write(`${check} ${environment}/${construct}: ${says}\n`)
  }
  for (const { check, of } of unused) process.stderr.write(`nothing is found any more for ${check} ${String(of)}\n`)
  process.stdout.write(`checkov: ${passed} passed, ${failed.length} accepted for ${ACCEPTED_RISKS.length} reasons\n`)
  if (unaccepted.length + unused.length > 0) throw new Error('mend it, or give the reason in modules/accepted-risks.ts')
}

function covers({ check, of }: AcceptedRisk, finding: Finding): boolean {
  return check === finding.check && of.test(finding.construct)
}

interface Report {
  readonly passed: number
  readonly failed: readonly Finding[]
}

/** What `checkov --output json` says, as far as it is read here. */
interface Said {
  readonly results: {
    readonly failed_checks: readonly {
      readonly check_id: string
      readonly check_name: string
      readonly resource: string
      readonly file_abs_path: string
    }[]
  }
  readonly summary: { readonly passed: number; readonly parsing_errors: number }
}

async function findings(program: string, folder: string): Promise<Report> {
  const { results, summary } = JSON.parse(await scan(program, folder)) as Said
  if (summary.parsing_errors > 0) throw new Error(`checkov cannot read ${summary.parsing_errors} files`)
  return {
    passed: summary.passed,
    failed: results.failed_checks.map((failed) => ({
      check: failed.check_id,
      says: failed.check_name,
      environment: path.basename(path.dirname(failed.file_abs_path)),
      construct: constructOf(failed.file_abs_path, failed.resource.split('.').slice(1).join('.')),
    })),
  }
}

/** Terraform's name of a resource ends in a hash; the path of its construct lies beside it. */
function constructOf(file: string, name: string): string {
  const { resource, data } = JSON.parse(readFileSync(file, 'utf8')) as Readonly<
    Record<'resource' | 'data', Readonly<Record<string, Readonly<Record<string, Block>>>>>
  >
  const block = [...Object.values(resource), ...Object.values(data)].find((blocks) => name in blocks)?.[name]
  return block?.['//'].metadata.path.split('/').slice(1).join('/') ?? name
}

interface Block {
  readonly '//': { readonly metadata: { readonly path: string } }
}

/** It ends with 1 as soon as it finds anything. `--skip-download` spares a call to its maker. */
function scan(program: string, folder: string): Promise<string> {
  const what = ['--directory', folder, '--framework', 'terraform_json', '--skip-download']
  return new Promise((resolve, reject) => {
    execFile(
      program,
      [...what, '--output', 'json', '--compact', '--quiet'],
      { maxBuffer: 1 << 27 },
      (error, stdout, stderr) => (stdout.trim() === '' ? reject(error ?? new Error(stderr)) : resolve(stdout)),
    )
  })
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
